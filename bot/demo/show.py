"""`bookbag demo` in the terminal."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot import logs
from bot.demo.replay import BadRecording, read_recordings, replay
from bot.demo.stage import CHANNEL, Stage, stage
from bot.demo.story import NotSeen, play
from bot.web.callers.limits import CallRate, Limits

# A recording is typed faster than any person would.
_ALL = CallRate(100_000, 100_000)
NO_LIMITS = Limits(messages=_ALL, conversations=_ALL, starts_in_all=_ALL, glances=_ALL)


async def show(*, once: bool, play: Path | None, port: int) -> int:
    """Run the demo; returns the exit code."""
    logs.set_up("WARNING")
    console = Console(highlight=False)
    if play is not None:
        return await _replay(console, play)
    return await _story(console, once=once, port=port)


async def _story(console: Console, *, once: bool, port: int) -> int:
    async with stage(ai="offline", port=port) as here:
        console.print(
            Text("Bookbag, on this machine only: a Slack sandbox, the bridge, the chat, an offline AI.")
        )
        try:
            await play(here, _Terminal(console))
        except NotSeen as error:
            console.print(Text(f"\n✗ {error}", style="bold red"))
            return 1
        console.print(Text("\n✓ Every step was seen at both ends.", style="bold green"))
        if not once:
            await _stay(console, here)
    return 0


async def _stay(console: Console, here: Stage) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    console.print(
        Text.assemble(
            "\nGo on by hand:\n  the customer’s chat   ",
            (f"{here.bridge.address}/", "bold"),
            f"\n  Slack, #{CHANNEL}     ",
            (f"{here.slack.url}/", "bold"),
            "\nCtrl-C ends it and leaves nothing behind.",
        )
    )
    await stop.wait()


async def _replay(console: Console, path: Path) -> int:
    try:
        recordings = read_recordings(path)
    except BadRecording as error:
        console.print(Text(f"✗ {error}", style="bold red"))
        return 1
    total = sum(len(recording.turns) for recording in recordings)
    columns = (TextColumn("replaying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with stage(ai="external", limits=NO_LIMITS) as here:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=total)
            differences = await replay(here, recordings, carried=lambda count: progress.advance(task, count))
    for difference in differences:
        console.print(Text(f"✗ {difference}", style="red"))
    what = f"{len(recordings)} conversations, {total} messages"
    if differences:
        console.print(
            Text(f"✗ {what}: {len(differences)} sides differ from the recording.", style="bold red")
        )
        return 1
    console.print(Text(f"✓ {what}: both sides equal the recording, in order and to the letter."))
    return 0


class _Terminal:
    """The narrator in the terminal: the customer's window on the left edge, Slack further in."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, text: str) -> None:
        self._console.print(Text(f"\n{text}", style="bold"))

    def chat(self, who: str, text: str) -> None:
        self._say("chat ", "cyan", f"{who}: {text}" if who != "·" else text)

    def slack(self, text: str) -> None:
        self._say("slack", "magenta", text)

    def only_seen_by(self, who: str, text: str) -> None:
        self._say("slack", "magenta", f"(only {who} sees) {text}")

    def _say(self, side: str, colour: str, text: str) -> None:
        label = Text(f"  {side} │ ", style=colour)
        room = max(40, self._console.width - len(label))
        for paragraph in text.splitlines() or [""]:
            for line in wrap(paragraph, room) or [""]:
                self._console.print(label + Text(line))
                label = Text("        │ ", style=colour)
