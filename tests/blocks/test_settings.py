"""`/bookbag settings` shows every kind of set up, within Slack's limits, and no secret of any."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.blocks.lists.settings import settings_message
from bot.settings import AIKind, Settings, WhoIsNext, WhoReplies
from tests.blocks.shown import checked, words

SECRET = "xyz-never-shown"


@settings(max_examples=60)
@given(
    made=st.builds(
        Settings,
        slack_bot_token=st.just(SECRET),
        slack_channel=st.just("#live-chat"),
        slack_app_token=st.just(SECRET),
        slack_signing_secret=st.just(SECRET),
        database_url=st.just(f"postgresql+asyncpg://{SECRET}@host/name"),
        anthropic_api_key=st.just(SECRET),
        api_key=st.just(SECRET),
        identity_secret=st.just(SECRET),
        ai=st.sampled_from(get_args(AIKind)),
        replies=st.sampled_from(get_args(WhoReplies)),
        assignment=st.sampled_from(get_args(WhoIsNext)),
        remind_after=st.none() | st.just(timedelta(minutes=5)),
        model=st.none() | words(300),
        posts_per_second=st.sampled_from([0.0, 0.5, 1.0]),
        hold_back=st.sampled_from([timedelta(0), timedelta(milliseconds=250)]),
        origins=st.lists(words(100, least=1), min_size=1, max_size=50).map(tuple),
    ),
    channel=words(80, least=1),
)
@example(
    made=Settings(SECRET, "#live-chat", ai="claude", model="&" * 300, origins=("&" * 100,) * 50),
    channel="&" * 80,
)
def test_any_set_up_can_be_shown(made: Settings, channel: str) -> None:
    assert SECRET not in str(checked(settings_message(made, channel=channel)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ai": "claude", "model": "claude-x"}, "Claude, claude-x"),
        ({"ai": "external"}, "another program"),
        ({"replies": "anyone"}, "everybody who may"),
        ({"assignment": "balanced"}, "fewest open tickets, up to 5 each"),
        ({"assignment": "round_robin", "assignment_cap": 3}, "up to 3 open tickets each"),
        ({"remind_after": None}, "never"),
        ({"remind_after": timedelta(minutes=7)}, "first after 7 min"),
        ({"language": "de"}, "in the channel: German"),
        ({"hold_back": timedelta(0)}, "not at all"),
        ({"posts_per_second": 0.5}, "0.5 a second"),
        ({"origins": ("https://shop.example",)}, "https://shop.example"),
        ({"ai": "claude"}, "Translations: on"),
        ({"ai": "claude", "translate": False}, "Translations: off"),
        ({"ai": "offline", "translate": True}, "Translations: off"),
        ({"ai": "external", "translate": True}, "Translations: off"),
    ],
)
def test_what_is_set_is_said(changes: dict[str, object], says: str) -> None:
    made = Settings(slack_bot_token=SECRET, slack_channel="#live-chat", **changes)  # type: ignore[arg-type]
    message = settings_message(made, channel="live-chat")
    # The notification has each name and value on one line; the blocks set the name above the value.
    name, _, value = says.rpartition(": ") if says.startswith("Translations") else ("", "", says)
    assert (f"*{name}*\\n{value}" if name else value) in str(checked(message)["blocks"])
    assert says in message.text
