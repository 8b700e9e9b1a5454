"""How deliveries of Slack reach the app, and whether they are from Slack."""
