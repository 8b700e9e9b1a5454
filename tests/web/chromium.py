"""The browser that the chat window's tests look through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]

is_there = pytest.mark.skipif(
    not CHROMIUM.exists() and os.environ.get("BOOKBAG_REQUIRE_BROWSER") != "1",
    reason=f"no browser at {CHROMIUM}; install chromium, or set BOOKBAG_REQUIRE_BROWSER=1 to insist",
)
