"""What `/bookbag stats` says."""

from __future__ import annotations

from datetime import timedelta

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from bot.blocks.elements.list_rows import lasted
from bot.blocks.elements.message import Message, small, title
from bot.desk.queries.stats import Day
from bot.i18n import say


def day_message(day: Day) -> Message:
    """The day so far, each figure with what it counts."""
    waiting = str(day.waiting)
    if day.longest_wait is not None:
        longest = lasted(day.longest_wait)
        waiting = say("{count}, the longest for {time}", count=waiting, time=longest)
    figures = {
        say("Conversations"): str(day.conversations),
        say("Taken over"): str(day.taken_over),
        say("Waiting now"): waiting,
        say("First reply"): _median(day.first_reply),
        say("Resolution"): _median(day.resolution),
    }
    zone = day.began.tzname() or "UTC"
    fields = [MarkdownTextObject(text=f"*{name}*\n{said}", verbatim=True) for name, said in figures.items()]
    said = "; ".join(f"{name} {said}" for name, said in figures.items())
    return Message(
        text=say("Today: {figures}", figures=said),
        blocks=[
            title(say("Today")),
            SectionBlock(fields=fields),
            small(
                say(
                    "Since midnight {zone}. A conversation counts if something was said in it. First reply: "
                    "for tickets opened today, from when they were opened. "
                    "Resolution: for tickets closed today.",
                    zone=zone,
                )
            ),
        ],
    )


def _median(time: timedelta | None) -> str:
    return say("none yet") if time is None else say("{time} (median)", time=lasted(time))
