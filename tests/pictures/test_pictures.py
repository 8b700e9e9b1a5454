"""The pictures in the repository are the ones the README and the docs show, and they can be taken."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.pictures.__main__ import PICTURES
from tests.pictures.camera import CHROMIUM, camera
from tests.pictures.day import day
from tests.pictures.surfaces import Studio, held_reply, home

ROOT = Path(__file__).parents[2]
MOST_BYTES = 1_500_000


def test_the_pictures_that_are_shown_are_there_and_small() -> None:
    shown = {
        (page.parent / link).resolve()
        for page in (ROOT / "README.md", ROOT / "docs" / "pictures.md")
        for link in re.findall(r"(?:\]\(|src=\")([\w/.-]+\.png)", page.read_text("utf-8"))
    }
    assert len(shown) > 12
    there = set(PICTURES.glob("*.png"))
    assert shown == there
    assert sum(picture.stat().st_size for picture in there) < MOST_BYTES


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
async def test_surfaces_are_played_and_taken(tmp_path: Path) -> None:
    taken: dict[str, tuple[int, int]] = {}
    async with day(tmp_path / "day.db") as today, camera(today.hours) as eye:

        async def take(name: str, page: Page, part: str) -> None:
            picture = await eye.kept(page, part)
            assert picture.startswith(b"\x89PNG")
            taken[name] = struct.unpack(">II", picture[16:24])

        studio = Studio(today, eye, take)
        await held_reply(studio, await today.a_broken_backpack())
        await home(studio)
    # Twice the size, so that it is sharp where pixels are small.
    assert taken == {"held": (860, 1520), "home": (2200, 1600)}
