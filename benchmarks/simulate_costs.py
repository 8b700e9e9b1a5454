"""What one unit of work costs here, and what Slack allows: the figures to set after each measurement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """What the bridge itself needs. Measured on two shared cores; set these anew after each `make bench`."""

    # docs/numbers.md, `make bench --only throughput` on PostgreSQL, about twelve messages to a post. At
    # Slack's pace posts are fewer still. The AI's own thinking is not in it.
    messages_per_second_of_a_process: float = 1_400
    process_from: str = "throughput in docs/numbers.md, PostgreSQL"
    # How much of a process's or database's time may be in use in the busiest hour. Guess.
    in_use: float = 0.7

    # Transactions that write, at most: those that wait at the same moment share one.
    writes_per_entry: int = 1  # the rule: ledger, outbox and the claim of what it owes
    writes_per_answer: int = 1  # the outcome of "the AI owes an answer"
    writes_per_call: int = 1  # each post, card edit and mark: settled; its claim rides along with another

    # The rival in that bench: claim and finish, each its own transaction: 398 and 1,081 pairs a second.
    sqlite_writes_per_second: float = 796
    postgresql_writes_per_second: float = 2_162
    database_from: str = "one row at a time in docs/numbers.md"


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack's documented pace. Where it publishes none ("several hundred"), both ends are computed."""

    seconds_per_post: float = 1.0  # chat.postMessage: about one a second in a channel, all threads together
    posts_per_minute: tuple[int, ...] = (300, 600)  # "several hundred per minute" in a workspace. Guess
    # chat.update and reactions.add: tier 3, 50 and more a minute for each method, app and workspace.
    # bot/slack/api/rate_limits.py keeps to 45, for its bursts of five.
    seconds_per_edit: float = 60 / 45
    seconds_per_mark: float = 60 / 45
    events_per_hour: int = 30_000  # deliveries to one app from one workspace; its own posts come back too
    seconds_per_call: float = 0.25  # from the request to the message on the screen. Guess


COSTS = Costs()
SLACK = Slack()
