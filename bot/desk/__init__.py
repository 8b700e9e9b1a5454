"""The rules. Each is one function in one transaction; none knows Slack, HTTP or a model."""
