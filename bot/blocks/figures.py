"""What `/bookbag stats` says."""

from __future__ import annotations

from datetime import timedelta

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from bot.blocks.message import Message, small, title
from bot.blocks.rows import lasted
from bot.desk.figures import Day


def day_message(day: Day) -> Message:
    """The day so far, each figure with what it counts."""
    waiting = str(day.waiting)
    if day.longest_wait is not None:
        waiting += f", the longest for {lasted(day.longest_wait)}"
    figures = {
        "Conversations": str(day.conversations),
        "Taken over": str(day.taken_over),
        "Waiting now": waiting,
        "First reply": _median(day.first_reply),
        "Resolution": _median(day.resolution),
    }
    zone = day.began.tzname() or "UTC"
    fields = [MarkdownTextObject(text=f"*{name}*\n{said}", verbatim=True) for name, said in figures.items()]
    said = "; ".join(f"{name} {said}" for name, said in figures.items())
    return Message(
        text=f"Today: {said}",
        blocks=[
            title("Today"),
            SectionBlock(fields=fields),
            small(
                f"Since midnight {zone}. A conversation counts if something was said in it. First reply: of "
                "tickets opened today, from the opening on. Resolution: of tickets closed today."
            ),
        ],
    )


def _median(time: timedelta | None) -> str:
    return "none yet" if time is None else f"{lasted(time)} (median)"
