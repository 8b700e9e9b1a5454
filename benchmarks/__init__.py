"""What the bridge carries, measured and simulated."""
