"""What the simulation says, as tables and sentences. Each is computed when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.simulate_capacity import (
    AI_TARGET,
    ESCALATED_ONLY,
    EVERYTHING,
    PEOPLE_TARGET,
    carries,
    channel_carries,
    needs,
    two_digits,
    workspace_bounds,
    workspace_carries,
)
from benchmarks.simulate_costs import COSTS, SLACK
from benchmarks.simulate_designs import (
    BOTH,
    EACH_IN_TURN,
    MERGED,
    PER_POST,
    URGENT_FIRST,
    Design,
    edits,
    marks,
    posts,
)
from benchmarks.simulate_figures import Table, count, duration, pair, rate, share, spread
from benchmarks.simulate_sizes import LARGEST
from benchmarks.simulate_workload import Workload

WORK = Workload()
# Several channels are independent: each is simulated once, with its part of the conversations.
CHANNELS = tuple(int(allowed / (60 / SLACK.seconds_per_post)) for allowed in SLACK.posts_per_minute)
SHARES = (0.05, 0.10, 0.20)
PATIENT_TARGET = 10.0


def choices() -> Table:
    """What each choice buys: conversations a day with 99 of 100 messages in time."""
    few, many = CHANNELS
    ladder = [
        ("each message its own post, in order of time", Design(EACH_IN_TURN), 1),
        ("the urgent first", Design(URGENT_FIRST), 1),
        ("a conversation's waiting messages in one post", Design(MERGED), 1),
        ("both", Design(BOTH), 1),
        (f"both, over {few} channels", EVERYTHING, few),
        (f"both, over {many} channels", EVERYTHING, many),
        (f"both, over {many} channels, only what is escalated mirrored", ESCALATED_ONLY, many),
    ]
    rows = []
    for name, design, channels in ladder:
        in_time = {target: _carries(design, "people", target) for target in (PEOPLE_TARGET, PATIENT_TARGET)}
        people = [count(two_digits(carried * channels)) for carried in in_time.values()]
        ai = (
            "none to show"
            if design.escalated_only
            else count(two_digits(_carries(design, "ai", AI_TARGET) * channels))
        )
        rows.append((name, *people, ai))
    header = (
        "design",
        f"held by people, within {duration(PEOPLE_TARGET)}",
        f"held by people, within {duration(PATIENT_TARGET)}",
        f"held by the AI, within {duration(AI_TARGET)}",
    )
    return Table(header, rows)


def _carries(design: Design, kind: str, target: float) -> float:
    return carries(lambda a_day: float(getattr(posts(WORK, design, a_day), kind)), target)


def channel() -> Table:
    """One channel, in the plainest design and in this one."""
    loads = (500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0)
    header = (
        "conversations a day",
        "each its own post: people",
        "AI",
        "merged, urgent first: after a press",
        "people",
        "AI",
    )
    return Table(header, [channel_row(a_day) for a_day in loads])


def channel_row(a_day: float) -> Sequence[str]:
    plain, ours = posts(WORK, Design(EACH_IN_TURN), a_day), posts(WORK, EVERYTHING, a_day)
    delays = (plain.people, plain.ai, ours.feedback, ours.people, ours.ai)
    return (count(a_day), *map(duration, delays))


def workspace() -> Table:
    """What one workspace carries, and which of Slack's limits stops it."""
    few, many = SLACK.posts_per_minute
    rows = []
    for escalated in SHARES:
        work = replace(WORK, escalated=escalated)
        for name, design in (("everything", EVERYTHING), ("escalated only", ESCALATED_ONLY)):
            bounds = workspace_bounds(work, design, few)
            rows.append(
                (
                    share(escalated),
                    name,
                    count(channel_carries(work, design)),
                    count(bounds["posts"]),
                    count(workspace_bounds(work, design, many)["posts"]),
                    count(bounds["events"]),
                    count(bounds["marks"]),
                )
            )
    header = (
        "escalated",
        "mirrored",
        "one channel",
        f"{few} posts a minute",
        f"{many} posts a minute",
        "events",
        "marks",
    )
    return Table(header, rows)


def cards() -> Table:
    """How a workspace's cards and marks keep up."""
    rows = []
    for a_day in (1_000.0, 3_000.0, 10_000.0, 30_000.0):
        all_cards, few_cards = edits(WORK, a_day), edits(WORK, a_day, escalated_only=True)
        delays = (all_cards.feedback, all_cards.ai, few_cards.ai, marks(WORK, a_day).people)
        rows.append((count(a_day), *map(duration, delays)))
    header = (
        "conversations a day",
        "card after a press",
        "other card edits",
        "the same, escalated only",
        "mark on a reply",
    )
    return Table(header, rows)


def machines() -> Table:
    """What so many conversations a day need: with everything mirrored, and with only what is escalated."""
    rows = []
    for a_day in (1e3, 1e4, 1e5, 1e6, 1e7):
        both = [needs(WORK, design, a_day) for design in (EVERYTHING, ESCALATED_ONLY)]
        rows.append(
            (
                count(a_day),
                rate(both[0].entries_per_second),
                pair(count(need.channels) for need in both),
                pair(count(need.workspaces) for need in both),
                count(both[0].processes),
                pair(rate(need.writes_per_second) for need in both),
                pair("SQLite" if need.sqlite else f"{need.databases} × PostgreSQL" for need in both),
            )
        )
    header = ("conversations a day", "entries a second", "channels", "workspaces", "processes")
    return Table((*header, "writes a second", "databases"), rows)


def assumed() -> Table:
    """The parameters. "Guess" is what nobody measured."""
    questions = dict(WORK.questions)
    rows = [
        (
            "messages of a customer in a conversation, each answered once",
            f"{questions[0.10]} to {questions[0.90]} in 8 of 10, half up to {questions[0.50]}",
            "120 recorded dialogues",
        ),
        ("letters of a customer's message", f"{WORK.customer_letters.median:g} in the middle", "recorded"),
        ("letters of an AI's answer", f"{WORK.ai_letters.median:g} in the middle", "guess"),
        ("the AI answers after", spread(WORK.ai_answers), "guess"),
        ("a customer reads and writes", spread(WORK.customer_writes), "guess"),
        ("a teammate takes an escalated conversation over after", spread(WORK.teammate_comes), "guess"),
        ("a teammate reads and replies", spread(WORK.teammate_replies), "guess"),
        ("conversations escalated, at a random question", share(WORK.escalated), "guess"),
        ("busiest hour against the mean; a cosine over the day", f"{WORK.peak:g} times", "guess"),
        (
            "posts into a channel",
            (
                f"1 every {SLACK.seconds_per_post:g} s, {count(LARGEST)} characters of JSON and "
                f"{PER_POST} messages at most"
            ),
            "Slack; its limit is not documented, see bot/blocks/elements/budget.py",
        ),
        (
            "posts into a workspace",
            " or ".join(map(str, SLACK.posts_per_minute)) + " a minute",
            "Slack: “several hundred”",
        ),
        ("card edits; marks", f"1 every {SLACK.seconds_per_edit:g} s each, in a workspace", "Slack, tier 3"),
        ("events Slack delivers", f"{count(SLACK.events_per_hour)} an hour, own posts included", "Slack"),
        ("a call until it is on the screen", f"{SLACK.seconds_per_call:g} s", "guess"),
        (
            "entries a second of one process",
            f"{COSTS.messages_per_second_of_a_process:g}, used to {share(COSTS.in_use)}",
            COSTS.process_from,
        ),
        (
            "writing transactions",
            (
                f"{COSTS.writes_per_entry} an entry, {COSTS.writes_per_answer} an AI answer, "
                f"{COSTS.writes_per_call} a call to Slack"
            ),
            "counted in the code",
        ),
        (
            "writes a second of a database",
            (
                f"SQLite {COSTS.sqlite_writes_per_second:g}, PostgreSQL "
                f"{COSTS.postgresql_writes_per_second:g}, used to {share(COSTS.in_use)}"
            ),
            COSTS.database_from,
        ),
    ]
    return Table(("what", "value", "from"), rows, figures=False)


def answers() -> Sequence[str]:
    """The findings in a sentence each."""
    in_one = _carries(EVERYTHING, "people", PEOPLE_TARGET)
    watched = _carries(EVERYTHING, "ai", AI_TARGET)
    plain = _carries(Design(EACH_IN_TURN), "people", PEOPLE_TARGET)
    few, _many = SLACK.posts_per_minute
    whole = workspace_carries(WORK, EVERYTHING, few)
    million = needs(WORK, EVERYTHING, 1e6)
    channel = (
        f"**One channel carries {count(in_one)} conversations a day** with what people hold on the screen "
        f"within {duration(PEOPLE_TARGET)}, in 99 of 100 cases of the busiest two hours. Each message its "
        f"own post, in order of time, carries {count(plain)}."
    )
    watching = (
        f"**Threads that the AI holds fall behind first**: up to {count(watched)} a day in a channel they "
        f"are {duration(AI_TARGET)} late at most. No customer waits for them; the team only watches."
    )
    workspace = (
        f"**One workspace carries {count(whole.conversations)} conversations a day** on that footing; what "
        f"stops it there: its {whole.bound}."
    )
    machines = (
        f"**A million conversations a day** take {count(million.channels)} channels in "
        f"{count(million.workspaces)} workspaces, "
        f"{count(million.processes)} process{'' if million.processes <= 1 else 'es'} and "
        f"{rate(million.writes_per_second)} database writes a second."
    )
    return channel, watching, workspace, machines
