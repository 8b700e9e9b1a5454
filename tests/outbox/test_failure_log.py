"""What does not go through is said once a minute."""

from __future__ import annotations

import logging

import pytest

from bot.outbox.failure_log import FailureLog


def test_a_reason_is_said_at_once_and_then_once_a_minute_with_its_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    stumbles = FailureLog("slack", clock=lambda: now)
    with caplog.at_level(logging.WARNING):
        for now in range(130):  # noqa: B007 - the clock reads it
            stumbles.failed("entry", "HTTP 500")
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert "HTTP 500" in lines[0]
    assert "59 more" in lines[1]


def test_another_reason_is_said_at_once(caplog: pytest.LogCaptureFixture) -> None:
    stumbles = FailureLog("slack", clock=lambda: 0.0)
    with caplog.at_level(logging.WARNING):
        for reason in ("HTTP 500", "is_archived", "HTTP 500"):
            stumbles.failed("entry", reason)
    assert len(caplog.records) == 2
