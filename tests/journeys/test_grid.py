"""An Enterprise Grid: one person in several workspaces is one teammate, and a stranger stays one."""

from __future__ import annotations

import pytest

from bot.blocks.elements.ids import NOTE_WORDS, TAKE_OVER
from sandbox import WorkspacePerson
from tests.journeys.world import CHANNEL, NOTE, SENT, Chat, World

OURS, SISTER, ORG, THEIRS = "ours", "T0SISTER1", "E0OURORG1", "T0OTHER01"
FULL = "Only full members of this workspace"

# What users.info names as their workspace, and what a press names.
SIGNS = {
    "users.info names a sister": (SISTER, OURS),
    "a press names a sister": (OURS, SISTER),
    "both name a sister": (SISTER, SISTER),
    "both name the organisation": (ORG, ORG),
}
# The same, and the workspaces that they are in.
STRANGERS = {
    "of another organisation": (THEIRS, THEIRS, (THEIRS,)),
    "of a sister workspace alone": (SISTER, SISTER, (SISTER,)),
    "of another organisation, whose press names ours": (THEIRS, OURS, (THEIRS,)),
    "of another workspace without a grid": (THEIRS, OURS, ()),
}


def greta(here: World, described: str, pressing: str, teams: tuple[str, ...]) -> WorkspacePerson:
    ours = here.slack.team_id
    named = {OURS: ours}
    here.slack.add_person(
        "greta",
        real_name="Greta Moe",
        team_id=named.get(described, described),
        action_team_id=named.get(pressing, pressing),
        teams=tuple(named.get(one, one) for one in teams),
    )
    return here.slack.person("greta")


async def home_shows(here: World, *words: str) -> None:
    def shows() -> bool:
        home = here.slack.home("greta")
        rendered = "" if home is None else here.slack.rendered({"blocks": home["blocks"]})
        return all(one in rendered for one in words)

    await here.slack.until(shows, timeout=60)


@pytest.mark.parametrize("signs", SIGNS)
async def test_a_member_of_ours_and_of_a_sister_is_one_teammate_wherever_they_act(
    outside: World, signs: str
) -> None:
    described, pressing = SIGNS[signs]
    member = greta(outside, described, pressing, (OURS, SISTER))
    chat = await outside.chat(first="Where is my parcel?")
    await chat.press(member, TAKE_OVER)
    await chat.thread.card_shows("Greta is answering")
    # Her words are the holder's, whatever the message says of her workspace.
    sent = await chat.reply(member, "On its way!")
    await chat.marked(sent, SENT)
    await chat.sees("On its way!", author="teammate")
    # So are her menus, her windows, her commands and her Home.
    await chat.choose(member, "Write a note…")
    assert (await member.submit(values={NOTE_WORDS: "A quick one"}))["ok"]
    await chat.shows("A quick one")
    mine = await member.command("/bookbag", "tickets mine", channel=CHANNEL)
    assert "Maya Lindqvist" in outside.slack.rendered(dict(mine))
    await member.open_home()
    await home_shows(outside, "On me", "#1")
    await chat.handed_back(member)


@pytest.mark.parametrize("kind", STRANGERS)
async def test_people_of_others_may_not_whatever_a_press_names(outside: World, kind: str) -> None:
    stranger = greta(outside, *STRANGERS[kind])
    chat: Chat = await outside.chat(first="Where is my parcel?")
    await chat.press(stranger, TAKE_OVER)
    await outside.until(lambda: [one for one in outside.slack.ephemerals("greta") if FULL in one["text"]])
    await chat.taken_over(outside.ana)
    typed = await chat.reply(stranger, "Hello from next door")
    await chat.marked(typed, NOTE)
    await outside.settled()
    assert ("teammate", "Hello from next door") not in chat.window()
    await stranger.open_home()
    await home_shows(outside, FULL)
