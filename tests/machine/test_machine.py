"""Whatever happens, in any order: nothing lost, doubled, reordered, overtaken or told to the wrong side."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.settings import AIKind
from tests.machine.shapes import Shapes

EXAMPLES, STEPS = 2, 50

# Each example starts processes and talks over sockets: it is slow by Hypothesis' measure, and as long as
# it is meant to be. Health checks look for slow or large data, and there is hardly any.
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@pytest.mark.parametrize("ai", ["external", "offline"])
def test_the_service_holds_its_promises(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Callable[[], str], ai: AIKind
) -> None:
    class Machine(Shapes):
        pass

    Machine.empty_database = staticmethod(empty_database)
    Machine.folder = tmp_path
    Machine.ai = ai
    Machine.thinks = 0.02
    examples = request.config.getoption("--examples", default=None)
    Machine.patient = examples is not None
    if examples is None:
        # Without shrinking: the journal in the failure's notes says what was done.
        chosen = settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True, phases=[Phase.generate]
        )
    else:
        start = request.config.getoption("--seed") or secrets.randbelow(2**32)
        print(f"\n{ai}: --seed {start}")  # noqa: T201 - so that the run can be repeated
        seed(start)(Machine)
        chosen = settings(
            max_examples=examples,
            stateful_step_count=request.config.getoption("--steps"),
            phases=[Phase.generate, *([Phase.shrink] if request.config.getoption("--shrink") else [])],
        )
    run_state_machine_as_test(
        Machine, settings=settings(chosen, deadline=None, database=None, suppress_health_check=SLOW)
    )
