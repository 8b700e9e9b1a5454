"""Each part of the benchmarks, at a size that says nothing about speed: that it measures at all.

What the figures are is not asserted, only that every one of them was found, and that what must not be lost or
doubled on the way was not.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator

import pytest

from benchmarks import ack, flood, growth, overload, pace, relay, streams, throughput
from benchmarks.databases import Databases
from benchmarks.jumping import JumpingLoop, run
from benchmarks.rows import Row, Target, amount, percentile, table
from benchmarks.slack_end import Ack, Post
from benchmarks.traffic import Traffic, first_come_first_served, people_first


@pytest.fixture
async def databases() -> AsyncIterator[Databases]:
    async with Databases(("SQLite",)) as here:
        yield here


def unfound(rows: list[Row]) -> list[tuple[str, float, str]]:
    return [(row.what, row.figure, row.flaw) for row in rows if row.flaw or not math.isfinite(row.figure)]


async def test_relay_times_both_directions_of_the_bridge_and_of_its_rival(databases: Databases) -> None:
    rows = await relay.measure(relay.Size(messages=3, conversations=1), databases)
    assert unfound(rows) == []
    timed = [row for row in rows if row.target is not None]
    assert len(timed) == 4
    assert all(row.beside is not None and math.isfinite(row.beside[1]) for row in timed)


async def test_throughput_counts_what_slack_shows_once_and_in_order(databases: Databases) -> None:
    size = throughput.Size(warm_up=0.2, seconds=1, conversations=2, naive_seconds=0.5, naive_rows=1_000)
    rows = await throughput.measure(size, databases)
    assert unfound(rows) == []
    assert rows[0].figure > 0
    assert rows[0].beside is not None
    assert rows[0].beside[1] > 0


async def test_streams_have_a_weight_and_a_delay(databases: Databases) -> None:
    rows = await streams.measure(streams.Size(streams=20, messages=3, each_second=20, settle=0.2), databases)
    assert unfound(rows) == []


async def test_growth_does_the_same_work_with_and_without_a_past(databases: Databases) -> None:
    size = growth.Size(conversations=30, entries_each=2, times=2, relayed=2, open_today=2, live_today=3)
    rows = await growth.measure(size, databases)
    assert unfound(rows) == []
    assert all(row.beside is not None and row.beside[1] > 0 for row in rows)


async def test_acknowledgements_are_timed_and_held_against_the_database(databases: Databases) -> None:
    rows = await ack.measure(ack.Size(each_second=20, seconds=1, conversations=1), databases)
    assert unfound(rows) == []


async def test_overload_is_acknowledged_and_read_in_order_however_much_comes(databases: Databases) -> None:
    rows = await overload.measure(overload.Size(finding=0.3, loading=0.2, conversations=2), databases)
    assert unfound(rows) == []
    assert [row.what for row in rows if row.target is not None and row.unit == "/s"]


async def test_a_flood_leaves_those_whom_somebody_answers_where_they_were(databases: Databases) -> None:
    rows = await flood.measure(flood.Size(strangers=3, answered=1, messages=1, gap=0.1), databases)
    assert unfound(rows) == []


async def test_pace_runs_the_bridge_on_a_clock_that_jumps(databases: Databases) -> None:
    rows = await pace.measure(pace.Size(minutes=1, with_ai=1), databases)
    assert unfound(rows) == []


@pytest.mark.parametrize(
    ("figure", "limit", "met"), [(2.0, 2.0, True), (2.0001, 2.0, False), (1.9999, 2.0, True)]
)
def test_a_target_is_held_to_the_whole_figure(figure: float, limit: float, met: bool) -> None:
    row = Row("a ratio", figure, "ms", beside=("rival", 1.0), target=Target(limit, "ratio"))
    assert row.met is met


def test_digits_are_cut_to_the_worse_side() -> None:
    assert amount(2.0001, "×", "less") == "2.01×"
    assert amount(999.9, "/s", "more") == "999/s"
    assert amount(1.1 * 100, "ms", "less") == "110 ms"
    assert amount(math.inf, "ms", "less") == "never"


def test_a_broken_promise_misses_any_target() -> None:
    row = Row("speed", 5_000, "/s", "more", target=Target(1_000, "figure"), flaw="3 doubled")
    assert row.met is False
    assert "MISSED: 3 doubled" in table([row])


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)) == (50, 99, 100)
    assert percentile([], 0.5) == math.inf


def test_posting_one_by_one_waits_longer_and_longer() -> None:
    traffic = Traffic(seconds=300)
    rival = first_come_first_served(traffic, interval=1)
    minutes = [rival.of("people", since=60.0 * n, until=60.0 * (n + 1)) for n in range(5)]
    p99 = [percentile(minute, 0.99) for minute in minutes]
    assert p99 == sorted(p99)
    assert p99[-1] > 4_000


def test_people_first_spares_the_people_and_no_one_else() -> None:
    better = people_first(Traffic(seconds=300), interval=1)
    assert percentile(better.of("people"), 0.99) < 10
    assert percentile(better.of("the AI"), 0.99) > 4_000


def test_the_traffic_is_the_same_each_time() -> None:
    said = list(Traffic(seconds=60))
    assert said == list(Traffic(seconds=60))
    assert sorted(said, key=lambda one: one.at) == said
    assert 1_000 < len(said) < 1_500


def test_a_message_shown_twice_or_before_its_turn_is_noticed() -> None:
    threads = throughput.Threads(2)
    for words in (("c0m0 a", "c0m1 b"), ("c1m0 a",), ("c0m1 b",), ("c1m2 c",)):
        threads.posted(Post("1.0", words, at=0.0))
    assert (threads.shown, threads.posts) == ([2, 1], 4)
    threads.posted(Post("1.0", ("c0m0 a", "c0m1 b", "c0m2 d"), at=0.0, is_change=True))
    assert threads.shown == [3, 1]
    assert (threads.doubled, threads.disordered) == (1, 1)


async def test_an_acknowledgement_without_a_stored_reply_is_noticed() -> None:
    async def nothing_there(_ts: str) -> bool:
        return False

    acks = ack.Acks(nothing_there)
    for number in range(ack.EVERY):
        acks.came(Ack(f"{number}.000000", at=number + 0.5))
    await acks.looked_all()
    assert (acks.looked, acks.missing) == (1, 1)
    assert list(acks.milliseconds.values()) == [500.0] * ack.EVERY


def test_the_clock_jumps_over_timers_and_stands_still_for_threads() -> None:
    async def work(loop: JumpingLoop) -> tuple[float, float]:
        await asyncio.sleep(3_600)
        after_the_timer = loop.time()
        loop.busy = lambda: True
        async with asyncio.timeout(60):
            await asyncio.to_thread(time.sleep, 0.05)
        return after_the_timer, loop.time()

    began = time.monotonic()
    assert run(work) == (3_600, 3_600)
    assert time.monotonic() - began < 60
