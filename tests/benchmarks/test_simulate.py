"""The simulation: its queue against closed forms, its workload against its parameters, its page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulate_capacity import carries
from benchmarks.simulate_channel import Policy, Waiting, serve
from benchmarks.simulate_designs import BOTH, EACH_IN_TURN, MERGED, URGENT_FIRST, p99, scripts
from benchmarks.simulate_page import PAGE, PICTURE, RUN, markdown, section, stamp, with_section
from benchmarks.simulate_plot import Line, plot
from benchmarks.simulate_tables import assumed, channel_row
from benchmarks.simulate_workload import DAY, HOUR, Urgency, Workload

WORK = Workload()
UNBOUNDED = Policy(urgent_first=False, merged=1_000_000)

# Eighths of seconds add up exactly, so that a pace is kept or not, with nothing between.
moments = st.integers(0, 240).map(lambda eighths: eighths / 8)
owed_things = st.lists(
    st.tuples(moments, st.integers(0, 5), st.sampled_from(list(Urgency)), st.booleans()), max_size=60
).map(lambda drawn: [Waiting(*one) for one in sorted(drawn)])
policies = st.sampled_from([EACH_IN_TURN, URGENT_FIRST, MERGED, BOTH, Policy(urgent_first=True, merged=3)])


def poisson(rate: float, *, messages: int, lanes: int | None = None, people: float = 0) -> list[Waiting]:
    """Messages at random moments: each a lane of its own, or spread over `lanes`; a share held by people."""
    random = Random(17)
    at = 0.0
    made = []
    for number in range(messages):
        at += random.expovariate(rate)
        lane = number if lanes is None else random.randrange(lanes)
        urgency = Urgency.HELD_BY_PEOPLE if random.random() < people else Urgency.WITH_AI
        made.append(Waiting(at, lane, urgency))
    return made


def waits(owed: list[Waiting], policy: Policy, urgency: Urgency | None = None) -> list[float]:
    served = serve(owed, spacing=1.0, policy=policy)
    return [
        at - one.at
        for one, at in zip(owed, served.at, strict=True)
        if urgency is None or one.urgency == urgency
    ]


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_a_channel_in_order_of_time_waits_as_the_theory_of_constant_service_says(load: float) -> None:
    mean = fmean(waits(poisson(load, messages=120_000), EACH_IN_TURN))
    assert mean == pytest.approx(load / (2 * (1 - load)), rel=0.05)


def test_the_urgent_and_the_others_wait_as_the_theory_of_priorities_says() -> None:
    load, people = 0.8, 0.25
    owed = poisson(load, messages=200_000, people=people)
    in_service = load / 2
    urgent = in_service / (1 - load * people)
    assert fmean(waits(owed, URGENT_FIRST, Urgency.HELD_BY_PEOPLE)) == pytest.approx(urgent, rel=0.05)
    others = fmean(waits(owed, URGENT_FIRST, Urgency.WITH_AI))
    assert others == pytest.approx(urgent / (1 - load), rel=0.07)


def test_with_merging_nobody_waits_longer_than_a_round_of_the_active_conversations() -> None:
    active = 40
    owed = poisson(5.0, messages=20_000, lanes=active)
    assert max(waits(owed, UNBOUNDED)) <= active
    assert max(waits(owed, EACH_IN_TURN)) > 10_000


@settings(max_examples=200, deadline=None)
@given(owed=owed_things, policy=policies)
def test_order_pace_and_caps_hold_for_any_traffic(owed: list[Waiting], policy: Policy) -> None:
    served = serve(owed, spacing=1.0, policy=policy)
    assert all(at >= one.at for one, at in zip(owed, served.at, strict=True))
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(served.calls))
    in_lanes: dict[int, list[float]] = {}
    carried: dict[float, list[Waiting]] = {}
    for one, at in zip(owed, served.at, strict=True):
        in_lanes.setdefault(one.lane, []).append(at)
        carried.setdefault(at, []).append(one)
    assert all(sent == sorted(sent) for sent in in_lanes.values())
    assert sorted(carried) == served.calls
    for together in carried.values():
        assert len({one.lane for one in together}) == 1
        assert len(together) <= policy.merged
        assert len(together) == 1 or not any(one.alone for one in together)


def test_the_most_urgent_lane_goes_first_and_among_equals_the_one_that_waits_longest() -> None:
    owed = [
        Waiting(0.0, 1, Urgency.WITH_AI),
        Waiting(0.1, 2, Urgency.WITH_AI),
        Waiting(0.2, 3, Urgency.WITH_AI),
        Waiting(0.3, 4, Urgency.HELD_BY_PEOPLE),
        Waiting(0.4, 3, Urgency.FEEDBACK),
    ]
    assert serve(owed, spacing=1.0, policy=BOTH).at == [0.0, 3.0, 1.0, 2.0, 1.0]
    assert serve(owed, spacing=1.0, policy=URGENT_FIRST).at == [0.0, 4.0, 1.0, 3.0, 2.0]
    assert serve(owed, spacing=1.0, policy=EACH_IN_TURN).at == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_conversations_arrive_as_many_as_wanted_and_most_in_the_busiest_hour() -> None:
    random = Random(3)
    starts = list(WORK.arrivals(200_000, random, since=-DAY / 2, until=DAY / 2))
    assert len(starts) == pytest.approx(200_000, rel=0.01)
    busiest = sum(abs(at) < HOUR / 2 for at in starts)
    assert busiest == pytest.approx(200_000 / 24 * WORK.peak, rel=0.03)


def test_conversations_have_the_recorded_length_whoever_holds_them() -> None:
    ai, people = scripts(WORK, escalated=False), scripts(WORK, escalated=True)
    assert fmean(said.entries for said in ai) == pytest.approx(16.8, rel=0.03)
    assert all(urgency is Urgency.WITH_AI for said in ai for _, urgency, _ in said.posts)
    for said in people:
        assert said.escalated_at is not None
        presses = Counter(urgency for _, urgency, _ in said.posts)[Urgency.FEEDBACK]
        assert presses == 2, "one to take over, one to hand back"
        assert said.replies
        assert min(said.replies) > said.escalated_at
        assert all((at < said.escalated_at) == (urgency is Urgency.WITH_AI) for at, urgency, _ in said.posts)


def test_a_percentile_is_a_value_that_was_there() -> None:
    assert p99([float(value) for value in range(1, 101)]) == 99
    assert p99([]) == 0


def test_the_capacity_is_where_the_delay_meets_the_target() -> None:
    assert carries(lambda a_day: 1 + a_day / 1_000, 3.0) == pytest.approx(2_000, rel=0.03)
    assert carries(lambda a_day: 5.0, 3.0) == 0


def test_the_page_and_the_picture_are_of_this_program_and_these_parameters() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert section(page, RUN) == stamp(), "make simulate writes it anew"
    assert stamp() in PICTURE.read_text(encoding="utf-8"), "make simulate draws it anew"


def test_the_page_says_what_a_fresh_run_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert section(page, "assumed") == markdown(assumed())
    for a_day in (1_000.0, 10_000.0):
        assert f"| {' | '.join(channel_row(a_day))} |" in section(page, "channel").splitlines()


def test_a_section_is_replaced_and_nothing_else() -> None:
    page = "before\n<!-- simulated: channel -->\nold\n<!-- end -->\nafter\n"
    again = with_section(page, "channel", r"new \1")
    assert again == page.replace("old", r"new \1")
    with pytest.raises(LookupError):
        with_section(page, "cards", "")


def test_the_plot_is_well_formed_and_stays_inside_its_axes() -> None:
    line = Line("One & <only>", people=[(100, 1.2), (1_000, 9.0), (10_000, 9_000.0)], ai=[])
    drawn = ET.fromstring(plot([line], targets=(3.0, 60.0), subtitle="a run"))
    curves = [found.get("points", "") for found in drawn.iter("{http://www.w3.org/2000/svg}polyline")]
    assert len(curves) == 1
    heights = [float(point.split(",")[1]) for point in curves[0].split()]
    assert len(heights) == 3
    assert min(heights) == pytest.approx(126)
