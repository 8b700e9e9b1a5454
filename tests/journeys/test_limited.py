"""Slack drops deliveries where there are too many, and says so: they are caught up, and it is answered."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import pytest

from tests.journeys.test_http_deliveries import deliver
from tests.journeys.world import SENT, World, world

pytestmark = pytest.mark.both_databases


@pytest.fixture(params=["socket", "http"])
async def here(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[World]:
    async with world(database_url, ai="external", http_mode=request.param == "http") as here:
        yield here


async def test_what_slack_dropped_for_being_too_much_is_caught_up(here: World) -> None:
    chat = await here.chat(first="Hello")
    await chat.taken_over(here.ana)
    await chat.shows("took over")
    await here.settled()
    here.slack.limit_events()
    first = await chat.reply(here.ana, "Dropped")
    here.slack.limit_events()
    second = await chat.reply(here.ana, "Dropped too")
    here.slack.limit_events(limited=False)
    await chat.sees("Dropped too")
    for ts in (first, second):
        await chat.marked(ts, SENT)
    assert [text for who, text in chat.window() if who == "teammate"] == ["Dropped", "Dropped too"]
    assert here.slack.lost_events == []


@pytest.mark.parametrize(
    "kind", ["app_rate_limited", "app_requested", "tokens_rotated_of_tomorrow", "view_closed"]
)
async def test_every_other_thing_that_slack_delivers_is_acknowledged(database_url: str, kind: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("nothing of it reaches the database")
    async with world(database_url, ai="external", http_mode=True) as here:
        body = {
            "type": kind,
            "team_id": here.slack.team_id,
            "api_app_id": "A1",
            "user": {"id": "U1"},
            "view": {},
        }
        signed = json.dumps(body).encode()
        assert await deliver(here, signed, secret=here.slack.signing_secret, at=time.time()) == 200
