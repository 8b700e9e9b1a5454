"""What Slack sends to the app: events, sockets, and the addresses at which the app may answer."""
