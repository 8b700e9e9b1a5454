"""What stands in a judged text for a mention, for a Slack channel and for an address within Slack."""

from __future__ import annotations

# Noncharacters, which nobody can type: a live mention, an address that leads into Slack, a linked channel.
SOMEBODY = "\ufdd0"
INTO_SLACK = "\ufdd1"
SLACK_CHANNEL = "\ufdd2"
STAND_INS = SOMEBODY + INTO_SLACK + SLACK_CHANNEL
# An emoji as Slack writes it into a text.
EMOJI = r":[a-z0-9_+'-]+:"
