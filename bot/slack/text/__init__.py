"""Slack's text and blocks as words, and for whom those words are meant."""
