"""Failures at random: as often as asked for, the same again for the same seed, and each kind as it says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.faults.chance import KINDS
from sandbox.faults.scripted import Faults

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from sandbox import Workspace


def drawn(faults: Faults, method: str, calls: int) -> list[str | None]:
    taken = [faults.take(method, {}) for _ in range(calls)]
    return [None if fault is None else fault.name for fault in taken]


def test_about_the_asked_share_of_calls_fails_and_every_kind_comes() -> None:
    faults = Faults()
    faults.random(0.2, seed=7)
    names = drawn(faults, "chat.postMessage", 5000)
    assert 800 < sum(faults.met.values()) < 1200
    assert set(faults.met) == set(KINDS)
    assert sum(name is not None for name in names) == sum(faults.met.values())


def test_the_same_seed_fails_the_same_calls_whatever_other_methods_do() -> None:
    one, other, third = Faults(), Faults(), Faults()
    one.random(0.3, seed=7)
    other.random(0.3, seed=7)
    third.random(0.3, seed=8)
    drawn(other, "chat.update", 17)
    first = drawn(one, "chat.postMessage", 200)
    assert drawn(other, "chat.postMessage", 200) == first
    assert drawn(third, "chat.postMessage", 200) != first


def test_only_the_named_methods_and_kinds_and_only_until_it_is_calm() -> None:
    faults = Faults()
    faults.random(1.0, methods={"chat.update"}, kinds={"server_error", "rate_limit"})
    assert drawn(faults, "chat.postMessage", 5) == [None] * 5
    assert set(drawn(faults, "chat.update", 50)) == {"server_error", "rate_limit"}
    faults.calm()
    assert drawn(faults, "chat.update", 5) == [None] * 5


def test_a_scripted_fault_goes_before_a_random_one() -> None:
    faults = Faults()
    faults.random(1.0, kinds={"slow"})
    faults.drop_before("chat.update")
    assert drawn(faults, "chat.update", 2) == ["drop_before", "slow"]


@pytest.mark.parametrize("how", [{"rate": 1.5}, {"kinds": {"flood"}}, {"kinds": set()}])
def test_what_cannot_be_is_refused(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"rate|kinds"):
        Faults().random(**how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "at_once", "in_the_end"),
    [
        ("rate_limit", 0, 0),
        ("server_error", 0, 0),
        ("drop_before", 0, 0),
        ("drop_after", 1, 1),
        ("error_before", 0, 0),
        ("error_after", 1, 1),
        ("slow", 1, 1),
        ("land_late", 0, 1),
    ],
)
async def test_each_kind_does_the_work_or_does_not(
    slack: Workspace, client: AsyncWebClient, kind: str, at_once: int, in_the_end: int
) -> None:
    slack.faults.random(1.0, methods={"chat.postMessage"}, kinds={kind})
    try:
        await client.chat_postMessage(channel="live-chat", text="hello")
    except (SlackApiError, aiohttp.ClientError):
        assert kind != "slow"
    assert len(slack.messages("live-chat")) == at_once
    await slack.until(lambda: len(slack.messages("live-chat")) == in_the_end)


async def test_calls_at_once_each_meet_their_own(slack: Workspace, client: AsyncWebClient) -> None:
    slack.faults.random(0.5, seed=3, kinds={"error_after", "slow"})
    posts = [client.chat_postMessage(channel="live-chat", text=str(number)) for number in range(40)]
    outcomes = await asyncio.gather(*posts, return_exceptions=True)
    failed = sum(isinstance(outcome, SlackApiError) for outcome in outcomes)
    assert failed == slack.faults.met["error_after"] > 0
    assert len(slack.messages("live-chat")) == 40
