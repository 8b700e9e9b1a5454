"""Failures of the Web API at random, reproducible from a seed as far as the calls come in the same order."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sandbox.faults import plays

if TYPE_CHECKING:
    from sandbox.faults.plays import LateLandings, Play

# In seconds. Shorter than any caller's patience: a longer wait is a scripted fault's business.
SLOW = (0.05, 0.3)
LATE = (0.05, 1.0)

Dice = random.Random
Maker = Callable[[Dice, "LateLandings"], "Play"]

MAKERS: dict[str, Maker] = {
    "rate_limit": lambda dice, late: plays.rate_limit(1),
    "server_error": lambda dice, late: plays.server_error(dice.choice((500, 502, 503))),
    "drop_before": lambda dice, late: plays.drop_before(),
    "drop_after": lambda dice, late: plays.drop_after(),
    "error_before": lambda dice, late: plays.error("fatal_error", after=False),
    "error_after": lambda dice, late: plays.error("fatal_error", after=True),
    "slow": lambda dice, late: plays.slow(dice.uniform(*SLOW)),
    "land_late": lambda dice, late: late.play(dice.uniform(*LATE)),
}
KINDS = tuple(MAKERS)


class Chance:
    """Lets each call fail with the probability `rate`, each kind as likely as the others.

    Each method has dice of its own, so that one method's calls do not shift what another's meet. Raises
    ValueError for a rate that is no probability or a kind that is none of `KINDS`.
    """

    def __init__(
        self,
        rate: float,
        *,
        seed: int,
        methods: Collection[str] | None,
        kinds: Collection[str] | None,
        late: LateLandings,
    ) -> None:
        if not 0 <= rate <= 1:
            raise ValueError(f"a rate is between 0 and 1, not {rate}")
        # In the one order whatever the caller's collection has: the seed alone shall decide.
        self._kinds = sorted(KINDS if kinds is None else set(kinds))
        unknown = sorted(set(self._kinds) - set(KINDS))
        if unknown or not self._kinds:
            raise ValueError(f"the kinds are {', '.join(KINDS)}; not {', '.join(unknown) or 'none at all'}")
        self._rate = rate
        self._seed = seed
        self._methods = None if methods is None else set(methods)
        self._late = late
        self._dice: dict[str, Dice] = {}

    def take(self, method: str) -> tuple[str, Play] | None:
        """What this call meets: the kind and the play, or nothing."""
        if self._methods is not None and method not in self._methods:
            return None
        dice = self._dice.setdefault(method, random.Random(f"{self._seed}/{method}"))  # noqa: S311 - no secret
        if dice.random() >= self._rate:
            return None
        kind = dice.choice(self._kinds)
        return kind, MAKERS[kind](dice, self._late)
