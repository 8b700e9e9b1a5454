"""Every write to Slack, through one gate."""
