"""`make pictures`: plays the day and writes a picture of each surface into docs/pictures."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.ai.fake_anthropic import FakeAnthropic
from tests.pictures.camera import camera
from tests.pictures.day import day
from tests.pictures.surfaces import Studio, all_day, translated

if TYPE_CHECKING:
    from playwright.async_api import Page

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
NO_EMOJI = "No font on this machine has emoji. Install one, such as Noto Color Emoji, and Lato for letters."


class NoEmoji(Exception):
    """The pictures would show boxes. The message says what to do."""


async def photograph(into: Path) -> list[str]:
    """Take them all; returns their names. Raises where a surface is not there in time, and `NoEmoji`."""
    taken: list[str] = []

    @asynccontextmanager
    async def studio(database: Path, **how: Any) -> AsyncIterator[Studio]:
        async with day(database, **how) as today, camera(today.hours) as eye:
            if not await eye.has_emoji():
                raise NoEmoji(NO_EMOJI)

            async def take(name: str, page: Page, part: str) -> None:
                picture = await eye.kept(page, part)
                (into / f"{name}.png").write_bytes(picture)
                taken.append(name)
                sys.stdout.write(f"{name}.png  {len(picture) // 1024} KB\n")

            yield Studio(today, eye, take)

    with tempfile.TemporaryDirectory(prefix="bookbag-pictures-") as directory:
        async with studio(Path(directory) / "day.db") as here:
            await all_day(here)
        # Only a model translates, so a stand-in for one is asked.
        async with FakeAnthropic() as claude:
            key = {"ai": "claude", "anthropic_api_key": claude.key, "anthropic_base_url": claude.url}
            async with studio(Path(directory) / "german.db", **key) as here:
                await translated(here, claude)
    return taken


def main() -> int:
    # The refusals on the day are staged.
    logging.disable(logging.ERROR)
    try:
        taken = asyncio.run(photograph(PICTURES))
    except NoEmoji as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for picture in PICTURES.glob("*.png"):
        if picture.stem not in taken:
            picture.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
