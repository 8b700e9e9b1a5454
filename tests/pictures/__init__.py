"""Pictures of every surface: a day at a shop, played by whole Slack interactions and photographed."""
