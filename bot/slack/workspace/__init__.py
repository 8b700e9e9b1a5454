"""Who people are, what they may do, and which Slack channels are fit to use."""
