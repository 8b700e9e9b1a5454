"""Bridges that are killed, a Slack that fails and repeats itself, and a count of what arrived."""
