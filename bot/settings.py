"""Settings, from the environment and `.env`, checked once. No secret is ever printed."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.i18n import ENGLISH, LANGUAGES

AIKind = Literal["claude", "offline", "external"]
WhoReplies = Literal["holder", "anyone"]
WhoIsNext = Literal["manual", "balanced", "round_robin"]

SLACK_API_URL = "https://slack.com/api/"
DATABASE_URL = "sqlite+aiosqlite:///bookbag.db"


class BadSettings(Exception):
    """One or more settings are missing or contradict each other; `problems` has a mend for each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. The README's table says what each is for."""

    slack_bot_token: str = field(repr=False)
    slack_channel: str
    slack_app_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_api_url: str = SLACK_API_URL
    posts_per_second: float = 1.0
    hold_back: timedelta = timedelta(milliseconds=250)
    replies: WhoReplies = "holder"
    language: str = ENGLISH
    translate: bool = True
    remind_after: timedelta | None = timedelta(minutes=5)
    assignment: WhoIsNext = "manual"
    assignment_cap: int = 5
    database_url: str = field(default=DATABASE_URL, repr=False)
    ai: AIKind = "offline"
    anthropic_api_key: str | None = field(default=None, repr=False)
    anthropic_base_url: str | None = None
    model: str | None = None
    knowledge: Path | None = None
    api_key: str | None = field(default=None, repr=False)
    identity_secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 3210
    origins: tuple[str, ...] = ("*",)
    trusted_proxies: int = 0
    largest_file: int = 10_000_000
    most_files: int = 100_000_000
    log_level: str = "INFO"

    @property
    def translates(self) -> bool:
        """Whether customer and team are translated for each other: only a model can."""
        return self.translate and self.ai == "claude"

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None


def environment(directory: Path | None = None) -> dict[str, str]:
    """The environment, over what `.env` in `directory` (default: the current one) says.

    Raises `BadSettings` where there is a `.env` that cannot be read.
    """
    path = (directory or Path.cwd()) / ".env"
    try:
        from_file = dotenv_values(stream=StringIO(path.read_text("utf-8")))
    except FileNotFoundError:
        from_file = {}
    except OSError as error:
        raise BadSettings([f"{path} cannot be read: {error.strerror or type(error).__name__}."]) from error
    except UnicodeDecodeError as error:
        raise BadSettings([f"{path} is not UTF-8 text. Save it as UTF-8."]) from error
    return {**{name: value for name, value in from_file.items() if value is not None}, **os.environ}


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings that `env` describes. Raises `BadSettings` with everything that is wrong, at once."""
    reader = _EnvironmentReader(env)
    settings = Settings(
        slack_bot_token=reader.needed(
            "SLACK_BOT_TOKEN", "the “Bot User OAuth Token” from your app’s “OAuth & Permissions”", "xoxb-"
        ),
        slack_channel=reader.needed("SLACK_CHANNEL", "the live chat channel, as #name or as its id"),
        slack_app_token=reader.token("SLACK_APP_TOKEN", "xapp-"),
        slack_signing_secret=reader.text("SLACK_SIGNING_SECRET"),
        slack_api_url=reader.address("SLACK_API_URL", SLACK_API_URL),
        posts_per_second=reader.number("BOOKBAG_POSTS_PER_SECOND", 1.0),
        hold_back=reader.milliseconds("BOOKBAG_HOLD_BACK_MS", 250),
        replies=reader.replies(),
        language=reader.language("BOOKBAG_LANGUAGE"),
        translate=reader.switch("BOOKBAG_TRANSLATE"),
        remind_after=reader.minutes("BOOKBAG_REMIND_MINUTES", 5),
        assignment=reader.assignment(),
        assignment_cap=reader.cap("BOOKBAG_ASSIGNMENT_CAP", 5),
        database_url=reader.database("DATABASE_URL"),
        ai=reader.ai(),
        anthropic_api_key=reader.text("ANTHROPIC_API_KEY"),
        anthropic_base_url=reader.optional_address("ANTHROPIC_BASE_URL"),
        model=reader.text("BOOKBAG_MODEL"),
        knowledge=reader.folder("BOOKBAG_KNOWLEDGE"),
        api_key=reader.text("BOOKBAG_API_KEY"),
        identity_secret=reader.text("BOOKBAG_IDENTITY_SECRET"),
        host=reader.text("HOST") or "127.0.0.1",
        port=reader.port("PORT", 3210),
        origins=reader.origins("BOOKBAG_ORIGINS"),
        trusted_proxies=reader.count("BOOKBAG_TRUSTED_PROXIES"),
        largest_file=reader.megabytes("BOOKBAG_FILE_MAX_MB", 10),
        most_files=reader.megabytes("BOOKBAG_FILES_MAX_MB", 100, most=1000),
        log_level=reader.level("BOOKBAG_LOG_LEVEL"),
    )
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        reader.problems.append(
            "Set SLACK_APP_TOKEN (Socket Mode: “Basic Information” → “App-Level Tokens”, scope "
            "connections:write) or SLACK_SIGNING_SECRET (HTTP: “Basic Information” → “App Credentials”)."
        )
    reader.problems += _misspelt(env, reader.names)
    if reader.problems:
        raise BadSettings(reader.problems)
    return settings


def _misspelt(env: Mapping[str, str], names: Collection[str]) -> list[str]:
    """A line for each variable that looks like a setting of ours which is not set under its own name."""
    unset = [name for name in names if name not in env]
    found = []
    for name in env:
        if name in names or not name.upper().startswith(_OUR_PREFIXES):
            continue
        meant = get_close_matches(name.upper(), unset, n=1, cutoff=_CLOSE)
        if meant:
            found.append(f"{name} is no setting. Did you mean {meant[0]}?")
    return found


# Others have variables with these beginnings, too, so only what is nearly one of ours is a mistake.
_OUR_PREFIXES = ("BOOKBAG_", "SLACK_", "ANTHROPIC_", "DATABASE_")
_CLOSE = 0.85


def read_database_url(env: Mapping[str, str]) -> str:
    """The database that `env` names, for what needs no other setting. Raises `BadSettings`."""
    reader = _EnvironmentReader(env)
    url = reader.database("DATABASE_URL")
    if reader.problems:
        raise BadSettings(reader.problems)
    return url


class _EnvironmentReader:
    """Reads one variable at a time and collects what is wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []
        # Every setting that was asked for, by its name.
        self.names: set[str] = set()

    def text(self, name: str) -> str | None:
        self.names.add(name)
        return self._env.get(name, "").strip() or None

    def needed(self, name: str, what: str, prefix: str = "") -> str:
        if self.text(name) is None:
            self.problems.append(f"Set {name}: {what}.")
            return ""
        return self.token(name, prefix) or ""

    def token(self, name: str, prefix: str) -> str | None:
        value = self.text(name)
        if value is not None and not value.startswith(prefix):
            self.problems.append(f"{name} must start with “{prefix}”; what is set looks like something else.")
        return value

    def address(self, name: str, default: str) -> str:
        value = self.text(name) or default
        if not _is_address(value):
            self.problems.append(f"{name} must be an address such as {default}")
        return value if value.endswith("/") else f"{value}/"

    def optional_address(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not _is_address(value):
            self.problems.append(f"{name} must be an address that starts with https:// or http://.")
        return value

    def number(self, name: str, default: float) -> float:
        value = self.text(name)
        try:
            number = default if value is None else float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1000:
            self.problems.append(f"{name} must be a number from 0 (no limit) to 1000, such as {default}.")
        return number

    def milliseconds(self, name: str, default: int) -> timedelta:
        value = self.text(name) or str(default)
        if not value.isdecimal() or int(value) > 5000:
            self.problems.append(f"{name} must be a number of milliseconds, 0 to 5000.")
            return timedelta(milliseconds=default)
        return timedelta(milliseconds=int(value))

    def minutes(self, name: str, default: int) -> timedelta | None:
        value = self.text(name) or str(default)
        if not value.isdecimal() or int(value) > 1440:
            self.problems.append(f"{name} must be a number of minutes, 0 (never) to 1440.")
            return None
        return timedelta(minutes=int(value)) or None

    def cap(self, name: str, default: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= 100:
            self.problems.append(f"{name} must be how many open tickets one teammate may have, 1 to 100.")
            return default
        return int(value)

    def port(self, name: str, default: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal() or int(value) > 65535:
            self.problems.append(f"{name} must be a port number, 0 to 65535.")
            return default
        return int(value)

    def origins(self, name: str) -> tuple[str, ...]:
        origins = tuple(one.strip().rstrip("/") for one in (self.text(name) or "*").split(",") if one.strip())
        for origin in origins:
            if origin != "*" and not (_is_address(origin) and origin.count("/") == 2):
                self.problems.append(
                    f"{name} must be * or websites such as https://www.example.com, separated by commas."
                )
                break
        return origins

    def count(self, name: str) -> int:
        value = self.text(name) or "0"
        if not value.isdecimal() or int(value) > 10:
            self.problems.append(f"{name} must be how many proxies stand in front, 0 to 10.")
            return 0
        return int(value)

    def megabytes(self, name: str, default: int, *, most: int = 100) -> int:
        """In bytes."""
        value = self.text(name) or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= most:
            self.problems.append(f"{name} must be a whole number of megabytes, 1 to {most}.")
            return default * 1_000_000
        return int(value) * 1_000_000

    def database(self, name: str) -> str:
        value = self.text(name) or DATABASE_URL
        try:
            url = make_url(value)
            driver, file = url.drivername, Path(url.database or "")
        except (ArgumentError, ValueError):
            driver, file = "", Path()
        if driver not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            self.problems.append(
                f"{name} must start with sqlite+aiosqlite:/// or postgresql+asyncpg://, "
                f"such as {DATABASE_URL}."
            )
        elif driver == "sqlite+aiosqlite" and not _can_be_a_file(file):
            self.problems.append(f"{name} must name a file in a folder that exists; {file} cannot be one.")
        return value

    def ai(self) -> AIKind:
        has_key = self.text("ANTHROPIC_API_KEY") is not None
        match self.text("BOOKBAG_AI"):
            case None:
                return "claude" if has_key else "offline"
            case "claude":
                if not has_key:
                    self.problems.append("BOOKBAG_AI is claude: set ANTHROPIC_API_KEY, or choose offline.")
                return "claude"
            case "offline":
                return "offline"
            case "external":
                if self.text("BOOKBAG_API_KEY") is None:
                    self.problems.append(
                        "BOOKBAG_AI is external: set BOOKBAG_API_KEY, a long random text that your AI’s "
                        "server sends as its bearer."
                    )
                return "external"
            case _:
                self.problems.append("BOOKBAG_AI must be claude, offline or external.")
                return "offline"

    def replies(self) -> WhoReplies:
        match self.text("BOOKBAG_REPLIES"):
            case None | "holder":
                return "holder"
            case "anyone":
                return "anyone"
            case _:
                self.problems.append("BOOKBAG_REPLIES must be holder or anyone.")
                return "holder"

    def language(self, name: str) -> str:
        value = (self.text(name) or ENGLISH).lower()
        if value not in LANGUAGES:
            self.problems.append(f"{name} must be one of {', '.join(LANGUAGES)}.")
            return ENGLISH
        return value

    def switch(self, name: str) -> bool:
        value = (self.text(name) or "on").lower()
        if value not in ("on", "off"):
            self.problems.append(f"{name} must be on or off.")
        return value != "off"

    def assignment(self) -> WhoIsNext:
        match self.text("BOOKBAG_ASSIGNMENT"):
            case None | "manual":
                return "manual"
            case "balanced":
                return "balanced"
            case "round_robin":
                return "round_robin"
            case _:
                self.problems.append("BOOKBAG_ASSIGNMENT must be manual, balanced or round_robin.")
                return "manual"

    def folder(self, name: str) -> Path | None:
        value = self.text(name)
        if value is not None and not Path(value).is_dir():
            self.problems.append(f"{name} must be a folder of Markdown files; there is none at {value}.")
        return None if value is None else Path(value)

    def level(self, name: str) -> str:
        value = (self.text(name) or "INFO").upper()
        if value not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            self.problems.append(f"{name} must be DEBUG, INFO, WARNING or ERROR.")
        return value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _can_be_a_file(path: Path) -> bool:
    # In memory each connection would have a database of its own.
    return path.parent.is_dir() and path.name not in ("", ":memory:") and not path.is_dir()
