"""What one unit of work costs here, and what Slack allows: the figures to set after each measurement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """What the bridge itself needs. Measured on two shared cores; set these anew after each `make bench`."""

    # docs/numbers.md: 2,018 recorded messages in 101 s, where one process was the bridge and its whole
    # surroundings at once. The bridge alone carries more; until that is measured this is the safe side.
    messages_per_second_of_a_process: float = 20
    process_from: str = "the replay in docs/numbers.md, bridge, Slack stand-in and customers in one process"
    # How much of a process's or database's time may be in use in the busiest hour. Guess.
    in_use: float = 0.7

    # Transactions that write, counted in the code's paths.
    writes_per_entry: int = 1  # the rule: ledger and outbox in one transaction
    writes_per_answer: int = 1  # the claim of "the AI owes an answer"; its outcome is the entry's
    writes_per_call: int = 2  # each post, card edit and mark: claimed, then settled

    # Claim and finish, each its own transaction, durable: 153 and 393 pairs a second.
    sqlite_writes_per_second: float = 306
    postgresql_writes_per_second: float = 786
    database_from: str = "claims and finishes alone, two shared cores"


@dataclass(frozen=True, slots=True)
class Slack:
    """Slack's documented pace. Where it publishes none ("several hundred"), both ends are computed."""

    seconds_per_post: float = 1.0  # chat.postMessage: about one a second in a channel, all threads together
    posts_per_minute: tuple[int, ...] = (300, 600)  # "several hundred per minute" in a workspace. Guess
    # chat.update and reactions.add: tier 3, 50 and more a minute for each method, app and workspace.
    seconds_per_edit: float = 60 / 50
    seconds_per_mark: float = 60 / 50
    events_per_hour: int = 30_000  # deliveries to one app from one workspace; its own posts come back too
    seconds_per_call: float = 0.25  # from the request to the message on the screen. Guess


COSTS = Costs()
SLACK = Slack()
