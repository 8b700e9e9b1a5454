"""`make pictures`: plays the day and writes a picture of each surface into docs/pictures."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.pictures.camera import camera
from tests.pictures.day import day
from tests.pictures.surfaces import Studio, all_day

if TYPE_CHECKING:
    from playwright.async_api import Page

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
NO_EMOJI = "No font on this machine has emoji. Install one, such as Noto Color Emoji, and Lato for the letters."


async def photograph(into: Path) -> int:
    """Take them all; returns the exit code. A surface that is not there in time raises and is a failure."""
    with tempfile.TemporaryDirectory(prefix="bookbag-pictures-") as directory:
        async with day(Path(directory) / "day.db") as today, camera(today.hours) as eye:
            if not await eye.has_emoji():
                sys.stderr.write(f"{NO_EMOJI}\n")
                return 1
            taken: list[str] = []

            async def take(name: str, page: Page, part: str) -> None:
                picture = await eye.kept(page, part)
                (into / f"{name}.png").write_bytes(picture)
                taken.append(name)
                sys.stdout.write(f"{name}.png  {len(picture) // 1024} KB\n")

            await all_day(Studio(today, eye, take))
    for old in into.glob("*.png"):
        if old.stem not in taken:
            old.unlink()
    return 0


if __name__ == "__main__":
    # The refusals on the day are staged.
    logging.disable(logging.ERROR)
    sys.exit(asyncio.run(photograph(PICTURES)))
