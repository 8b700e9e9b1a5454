"""Claude: what it is told, how it is asked, and why an attempt failed."""
