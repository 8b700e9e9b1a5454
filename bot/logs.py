"""Logging: one line for each thing that an operator may need to know, without anybody's words or secrets.

One gate for every line, ours and the libraries': what an exception says is never printed, for it may quote a
request, a statement's parameters or a header; its type and the places it came through are. A library's own
text is printed only where it is a template, and then without the words that it was filled with.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

OURS = ("bot", "storage", "sandbox")
_ROOT = Path(__file__).resolve().parent.parent

# How often a library says the same in a `WINDOW` of seconds: anybody outside can make one complain.
AT_ONCE = 10
WINDOW = 60.0
# How far back a chain of causes is followed.
_CAUSES = 5


def set_up(level: str, *, stream: TextIO | None = None) -> None:
    """Log to standard error, or to `stream`, from `level` on. A crash is a line of the log, too.

    Libraries only warn, whatever the level: at DEBUG Slack's SDK and the SQLite driver print messages.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(WordlessFormatter())
    handler.addFilter(Sparing(time.monotonic))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for ours in ("bot", "storage"):
        logging.getLogger(ours).setLevel(level)
    sys.excepthook = _crashed
    sys.unraisablehook = _not_raised
    threading.excepthook = _thread_broke_off
    warnings.showwarning = warned


@dataclass(slots=True)
class _Said:
    """How often a line was said since a moment, and how many more like it were not printed."""

    since: float
    times: int = 0
    left_out: int = 0


class Sparing(logging.Filter):
    """Lets a library say the same `AT_ONCE` times in a `WINDOW`, and counts what it leaves out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        # One for each place in a library's code that logs: no more than there are such places.
        self._said: dict[tuple[str, int], _Said] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if _is_ours(record):
            return True
        now = self._clock()
        said = self._said.setdefault((record.pathname, record.lineno), _Said(now))
        if now - said.since >= WINDOW:
            said.since, said.times = now, 0
        if said.times >= AT_ONCE:
            said.left_out += 1
            return False
        said.times += 1
        record.left_out, said.left_out = said.left_out, 0
        return True


class WordlessFormatter(logging.Formatter):
    """Formats a record without what any exception says, and a library's without the words filled in."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        bare = logging.makeLogRecord(record.__dict__)
        is_ours = _is_ours(record)
        bare.msg = record.msg if is_ours else _template(record)
        bare.args = _wordless(record.args, is_ours=is_ours)
        # Another handler may have kept a traceback with words in it.
        bare.exc_text = None
        bare.stack_info = None
        if not is_ours:
            # What a library meets it says again at every try; its type says enough.
            bare.exc_info = None
        try:
            line = super().format(bare)
        except (TypeError, ValueError, KeyError):
            # Its words do not fit its template. Python would print both.
            bare.msg, bare.args = f"a line that cannot be put together: {_where(record)}", ()
            line = super().format(bare)
        left_out = getattr(record, "left_out", 0)
        return f"{line} ({left_out} more like it were not printed)" if left_out else line

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """The type of the exception and of its causes, each with the places it came through."""
        error = ei[1] if isinstance(ei, tuple) else None
        return described(error) if isinstance(error, BaseException) else ""


def described(error: BaseException) -> str:
    """The types of an exception and its causes, and their frames. Never their words."""
    lines: list[str] = []
    cause: BaseException | None = error
    for _ in range(_CAUSES):
        if cause is None:
            break
        lines.append(f"  {type(cause).__module__}.{type(cause).__qualname__}")
        lines += [
            f"    {_place(frame.filename)}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n".join(lines)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _where(record: logging.LogRecord) -> str:
    return f"{record.module}:{record.lineno} in {record.funcName}"


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-2:])


def _template(record: logging.LogRecord) -> str:
    """What a library logs, before it is filled in; where that was done already, only where it was logged."""
    where = _where(record)
    error = record.exc_info[1] if record.exc_info else None
    if record.args and isinstance(record.msg, str):
        return f"{record.msg} ({where})"
    return where if error is None else f"{where}: {type(error).__name__}"


def _wordless(
    args: tuple[object, ...] | Mapping[str, object] | None, *, is_ours: bool
) -> tuple[object, ...] | Mapping[str, object]:
    if isinstance(args, Mapping):
        return {name: _bare(value, is_ours=is_ours) for name, value in args.items()}
    return tuple(_bare(value, is_ours=is_ours) for value in args or ())


def _bare(value: object, *, is_ours: bool) -> object:
    if isinstance(value, BaseException):
        # Ours are made with words of ours (`UnknownPerson`, `AIUnavailable`); their reasons are codes.
        chosen = type(value).__module__.partition(".")[0] in OURS
        return value if chosen else type(value).__name__
    if is_ours or value is None or isinstance(value, int | float):
        return value
    return "…"


def _crashed(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("the program broke off", exc_info=error)


def _not_raised(unraisable: sys.UnraisableHookArgs) -> None:
    error = unraisable.exc_value
    logging.getLogger("bot").error("something broke off where nobody could be told", exc_info=error)


def _thread_broke_off(args: threading.ExceptHookArgs) -> None:
    logging.getLogger("bot").error("a thread broke off", exc_info=args.exc_value)


def warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Log a Python warning by its kind and place; what it says may quote a value."""
    logging.getLogger("bot").warning("%s at %s:%d", category.__name__, _place(filename), lineno)
