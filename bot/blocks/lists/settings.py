"""What `/bookbag settings` says: how this is set up, and where that is changed. Never a secret."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from bot.blocks.elements.formatting import escaped, shortened
from bot.blocks.elements.list_rows import lasted
from bot.blocks.elements.message import Message, line, small, title
from bot.i18n import say
from bot.settings import Settings
from storage.slack.slack_channels import Connected

_LONGEST = 200
# As it is read out, where a character may take five.
_LONGEST_READ = 100
# Slack's are ten; an even number fills both columns.
_MOST_FIELDS = 6


def settings_message(settings: Settings, *, channel: str, inboxes: Sequence[Connected] = ()) -> Message:
    """`channel` is the live chat channel's name, as Slack says it now; `inboxes` have another."""
    shown = {
        say("Channel"): (f"#{channel}", "SLACK_CHANNEL"),
        say("Inboxes"): (_inboxes(inboxes, channel), ""),
        say("AI"): (_ai(settings), "BOOKBAG_AI"),
        say("Who answers by just typing"): (_replies(settings), "BOOKBAG_REPLIES"),
        say("A reply waits for one typed before it"): (_hold_back(settings), "BOOKBAG_HOLD_BACK_MS"),
        say("Posts into the channel"): (_pace(settings), "BOOKBAG_POSTS_PER_SECOND"),
        say("What the bot says"): (_language(settings), "BOOKBAG_LANGUAGE"),
        say("Websites that may use the chat"): (_origins(settings), "BOOKBAG_ORIGINS"),
        say("Who gets what waits"): (_assignment(settings), "BOOKBAG_ASSIGNMENT"),
        say("A customer who waits is called out again"): (_reminders(settings), "BOOKBAG_REMIND_MINUTES"),
        say("Translations"): (_translations(settings), "BOOKBAG_TRANSLATE"),
    }
    fields = [
        MarkdownTextObject(
            text=f"*{name}*\n{escaped(shortened(value, _LONGEST))}" + (f"\n`{setting}`" if setting else ""),
            verbatim=True,
        )
        for name, (value, setting) in shown.items()
    ]
    heading = say("How Bookbag is set up")
    told = "; ".join(f"{name}: {shortened(value, _LONGEST_READ)}" for name, (value, _) in shown.items())
    return Message(
        text=escaped(f"{heading}. {told}"),
        blocks=[
            title(heading),
            *(SectionBlock(fields=list(some)) for some in (fields[:_MOST_FIELDS], fields[_MOST_FIELDS:])),
            line(
                say(
                    "Apart from inboxes, none of this is changed here. Each is set under its name where the "
                    "bridge runs, in the environment or `.env`, and counts from its next start. "
                    "`bookbag check`, run there, says what works."
                )
            ),
            small(say("Keys and addresses of databases are never shown.")),
        ],
    )


def _inboxes(inboxes: Sequence[Connected], channel: str) -> str:
    if not inboxes:
        return say("all of them start their threads in #{channel}", channel=channel)
    names = ", ".join(f"“{one.inbox}”" for one in inboxes)
    return say(
        "{names} in channels of their own (`/bookbag connect` says which), all others in #{channel}",
        names=names,
        channel=channel,
    )


def _ai(settings: Settings) -> str:
    match settings.ai:
        case "claude":
            return say("Claude, {model}", model=settings.model or say("its usual model"))
        case "offline":
            return say("the offline stand-in, from the knowledge folder")
        case "external":
            return say("another program, through the API")


def _replies(settings: Settings) -> str:
    if settings.replies == "anyone":
        return say("everybody who may, once a teammate has taken over")
    return say("whoever took over, and whoever joined them")


def _language(settings: Settings) -> str:
    names = {
        "en": say("English"),
        "de": say("German"),
        "es": say("Spanish"),
        "fr": say("French"),
        "ja": say("Japanese"),
    }
    return say(
        "in the channel: {language}; to one person: the language of their Slack",
        language=names[settings.language],
    )


def _assignment(settings: Settings) -> str:
    match settings.assignment:
        case "manual":
            return say("whoever takes it over")
        case "balanced":
            return say("who has the fewest open tickets, up to {number} each", number=settings.assignment_cap)
        case "round_robin":
            return say("whose turn it is, up to {number} open tickets each", number=settings.assignment_cap)


def _reminders(settings: Settings) -> str:
    if settings.remind_after is None:
        return say("never")
    return say("first after {time}", time=lasted(settings.remind_after))


def _translations(settings: Settings) -> str:
    return say("on") if settings.translates else say("off")


def _hold_back(settings: Settings) -> str:
    milliseconds = round(settings.hold_back.total_seconds() * 1000)
    return say("{number} ms at most", number=milliseconds) if milliseconds else say("not at all")


def _pace(settings: Settings) -> str:
    if not settings.posts_per_second:
        return say("without a limit")
    return say("{number} a second", number=f"{settings.posts_per_second:g}")


def _origins(settings: Settings) -> str:
    return say("any") if "*" in settings.origins else ", ".join(settings.origins)
