"""What a message is made of: blocks and their limits, text markup, and how Slack stores and shows it."""
