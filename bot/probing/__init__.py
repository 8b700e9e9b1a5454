"""`bookbag check --probe '#scratch'`: asks a real Slack what our stand-in for it only assumes."""

from bot.probing.asking import NotProbed, ProbeAnswer
from bot.probing.running import answers

__all__ = ["NotProbed", "ProbeAnswer", "answers"]
