"""What is known of Slack: its channels, its people, and events that no rule has dealt with yet."""
