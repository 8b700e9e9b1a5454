"""What teammates do in Slack: each listener parses, calls one rule and answers; the outbox worker posts."""
