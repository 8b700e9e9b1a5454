"""A Slack, or a network, that is not kind: failures, delays and paces, scripted or at random."""
