"""Slack's Web API: one function for each method, and the server that calls them."""
