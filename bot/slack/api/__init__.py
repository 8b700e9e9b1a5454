"""Slack's Web API: the client, its errors and limits, and how a post of ours is found again."""
