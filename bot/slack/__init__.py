"""The rest of Slack: sending and reconciling, text both ways, and who people are."""
