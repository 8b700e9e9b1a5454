"""The demo: a Slack sandbox, the bridge, a live chat and an offline AI on this machine, and a play."""
