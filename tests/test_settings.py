"""Settings: each one read, each contradiction named with its mend, and no secret ever shown."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import BadSettings, Settings, environment, read_database_url, read_settings

NEEDED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_CHANNEL": "#live-chat"}


def settings(**changes: str | None) -> Settings:
    env = {**NEEDED, **changes}
    return read_settings({name: value for name, value in env.items() if value is not None})


def problems(**changes: str | None) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        settings(**changes)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


@pytest.mark.parametrize(
    ("name", "value", "field", "reads"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-2", "slack_bot_token", "xoxb-2"),
        ("SLACK_APP_TOKEN", "xapp-2", "slack_app_token", "xapp-2"),
        ("SLACK_SIGNING_SECRET", "abc", "slack_signing_secret", "abc"),
        ("SLACK_CHANNEL", "C0123456789", "slack_channel", "C0123456789"),
        ("SLACK_API_URL", "http://127.0.0.1:9000/api", "slack_api_url", "http://127.0.0.1:9000/api/"),
        ("SLACK_API_URL", "http://[::1]:9000/api/", "slack_api_url", "http://[::1]:9000/api/"),
        ("BOOKBAG_POSTS_PER_SECOND", "0", "posts_per_second", 0.0),
        ("BOOKBAG_POSTS_PER_SECOND", "2.5", "posts_per_second", 2.5),
        ("BOOKBAG_LANGUAGE", "de", "language", "de"),
        ("BOOKBAG_TRANSLATE", "off", "translate", False),
        ("BOOKBAG_REPLIES", "holder", "replies", "holder"),
        ("BOOKBAG_REPLIES", "anyone", "replies", "anyone"),
        ("BOOKBAG_REMIND_MINUTES", "0", "remind_after", None),
        ("BOOKBAG_REMIND_MINUTES", "20", "remind_after", timedelta(minutes=20)),
        ("BOOKBAG_ASSIGNMENT", "manual", "assignment", "manual"),
        ("BOOKBAG_ASSIGNMENT", "balanced", "assignment", "balanced"),
        ("BOOKBAG_ASSIGNMENT", "round_robin", "assignment", "round_robin"),
        ("BOOKBAG_ASSIGNMENT_CAP", "12", "assignment_cap", 12),
        ("BOOKBAG_HOLD_BACK_MS", "0", "hold_back", timedelta(0)),
        ("BOOKBAG_HOLD_BACK_MS", "400", "hold_back", timedelta(seconds=0.4)),
        ("DATABASE_URL", "postgresql+asyncpg://u:p@h/d", "database_url", "postgresql+asyncpg://u:p@h/d"),
        ("DATABASE_URL", "sqlite+aiosqlite:////tmp/x.db", "database_url", "sqlite+aiosqlite:////tmp/x.db"),
        ("ANTHROPIC_API_KEY", "sk-1", "anthropic_api_key", "sk-1"),
        ("ANTHROPIC_API_KEY", "sk-1", "ai", "claude"),
        ("ANTHROPIC_BASE_URL", "https://proxy.example", "anthropic_base_url", "https://proxy.example"),
        ("BOOKBAG_MODEL", "some-model", "model", "some-model"),
        ("BOOKBAG_KNOWLEDGE", "/tmp", "knowledge", Path("/tmp")),
        ("BOOKBAG_API_KEY", "k", "api_key", "k"),
        ("BOOKBAG_IDENTITY_SECRET", "s", "identity_secret", "s"),
        ("BOOKBAG_AI", "offline", "ai", "offline"),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - an operator's choice, only read here
        ("PORT", "0", "port", 0),
        ("PORT", "65535", "port", 65535),
        ("BOOKBAG_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        (
            "BOOKBAG_ORIGINS",
            "https://a.example/, http://b.example:81",
            "origins",
            ("https://a.example", "http://b.example:81"),
        ),
        ("BOOKBAG_ORIGINS", "*", "origins", ("*",)),
        ("BOOKBAG_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("BOOKBAG_FILE_MAX_MB", "25", "largest_file", 25_000_000),
        ("BOOKBAG_FILES_MAX_MB", "500", "most_files", 500_000_000),
    ],
)
def test_each_setting_is_read(name: str, value: str, field: str, reads: object) -> None:
    assert getattr(settings(**{name: value}), field) == reads
    assert getattr(settings(**{name: f"  {value} \n"}), field) == reads


def test_what_is_not_set_has_its_documented_default() -> None:
    found = settings()
    assert (found.slack_api_url, found.database_url) == (
        "https://slack.com/api/", "sqlite+aiosqlite:///bookbag.db",
    )  # fmt: skip
    assert (found.host, found.port, found.log_level) == ("127.0.0.1", 3210, "INFO")
    assert (found.ai, found.posts_per_second, found.socket_mode) == ("offline", 1.0, True)
    assert found.hold_back == timedelta(milliseconds=250)
    assert (found.remind_after, found.assignment, found.assignment_cap) == (timedelta(minutes=5), "manual", 5)
    optional = ("anthropic_api_key", "anthropic_base_url", "model", "knowledge", "api_key", "identity_secret")
    assert [getattr(found, name) for name in optional] == [None] * len(optional)


def test_every_field_of_the_settings_is_read_from_some_variable() -> None:
    """A new setting belongs in the table above."""
    marks = test_each_setting_is_read.pytestmark  # type: ignore[attr-defined]
    tested = {case[2] for case in marks[0].args[1]}
    assert tested == {field.name for field in dataclasses.fields(Settings)}


def test_a_setting_of_nothing_but_spaces_is_not_set() -> None:
    assert settings(BOOKBAG_MODEL=" ", PORT=" ", DATABASE_URL="", HOST="\t").port == 3210


def test_http_mode_is_a_signing_secret_without_an_app_token() -> None:
    assert not settings(SLACK_APP_TOKEN=None, SLACK_SIGNING_SECRET="s").socket_mode
    assert settings(SLACK_SIGNING_SECRET="s").socket_mode


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SLACK_BOT_TOKEN": None}, "Set SLACK_BOT_TOKEN: the “Bot User OAuth Token”"),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN must start with “xoxb-”"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN must start with “xoxb-”"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN must start with “xapp-”"),
        ({"SLACK_APP_TOKEN": None}, "Set SLACK_APP_TOKEN (Socket Mode"),
        ({"SLACK_CHANNEL": None}, "Set SLACK_CHANNEL"),
        ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL must be an address"),
        ({"SLACK_API_URL": "ftp://slack.com/"}, "SLACK_API_URL must be an address"),
        ({"SLACK_API_URL": "http://["}, "SLACK_API_URL must be an address"),
        ({"SLACK_API_URL": "http://h:99999/"}, "SLACK_API_URL must be an address"),
        ({"SLACK_API_URL": "https://"}, "SLACK_API_URL must be an address"),
        ({"ANTHROPIC_BASE_URL": "proxy"}, "ANTHROPIC_BASE_URL must be an address"),
        ({"BOOKBAG_POSTS_PER_SECOND": "fast"}, "BOOKBAG_POSTS_PER_SECOND must be a number"),
        ({"BOOKBAG_POSTS_PER_SECOND": "-1"}, "BOOKBAG_POSTS_PER_SECOND must be a number"),
        ({"BOOKBAG_POSTS_PER_SECOND": "nan"}, "BOOKBAG_POSTS_PER_SECOND must be a number"),
        ({"BOOKBAG_POSTS_PER_SECOND": "inf"}, "BOOKBAG_POSTS_PER_SECOND must be a number"),
        ({"BOOKBAG_HOLD_BACK_MS": "-1"}, "BOOKBAG_HOLD_BACK_MS must be a number of milliseconds"),
        ({"BOOKBAG_HOLD_BACK_MS": "5001"}, "BOOKBAG_HOLD_BACK_MS must be a number of milliseconds"),
        ({"BOOKBAG_HOLD_BACK_MS": "0.5"}, "BOOKBAG_HOLD_BACK_MS must be a number of milliseconds"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "postgresql://h/d"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "postgresql+asyncpg://u:p@h:abc/d"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////no/such/folder/x.db"}, "in a folder that exists"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////tmp"}, "must name a file"),
        ({"DATABASE_URL": "sqlite+aiosqlite://"}, "must name a file"),
        ({"DATABASE_URL": "sqlite+aiosqlite:///:memory:"}, "must name a file"),
        ({"BOOKBAG_AI": "claude"}, "BOOKBAG_AI is claude: set ANTHROPIC_API_KEY"),
        ({"BOOKBAG_AI": "external"}, "BOOKBAG_AI is external: set BOOKBAG_API_KEY"),
        ({"BOOKBAG_AI": "gpt"}, "BOOKBAG_AI must be claude, offline or external."),
        ({"BOOKBAG_KNOWLEDGE": "/no/such/folder"}, "BOOKBAG_KNOWLEDGE must be a folder"),
        ({"PORT": "http"}, "PORT must be a port number"),
        ({"PORT": "65536"}, "PORT must be a port number"),
        ({"PORT": "-1"}, "PORT must be a port number"),
        ({"BOOKBAG_ORIGINS": "a.example"}, "BOOKBAG_ORIGINS must be * or websites"),
        ({"BOOKBAG_ORIGINS": "https://a.example/path"}, "BOOKBAG_ORIGINS must be * or websites"),
        ({"BOOKBAG_ORIGINS": "https://["}, "BOOKBAG_ORIGINS must be * or websites"),
        ({"BOOKBAG_REMIND_MINUTES": "-1"}, "BOOKBAG_REMIND_MINUTES must be a number of minutes"),
        ({"BOOKBAG_REMIND_MINUTES": "1441"}, "BOOKBAG_REMIND_MINUTES must be a number of minutes"),
        ({"BOOKBAG_ASSIGNMENT": "random"}, "BOOKBAG_ASSIGNMENT must be manual, balanced or round_robin"),
        ({"BOOKBAG_ASSIGNMENT_CAP": "0"}, "BOOKBAG_ASSIGNMENT_CAP must be how many"),
        ({"BOOKBAG_TRUSTED_PROXIES": "11"}, "BOOKBAG_TRUSTED_PROXIES must be how many"),
        ({"BOOKBAG_TRUSTED_PROXIES": "many"}, "BOOKBAG_TRUSTED_PROXIES must be how many"),
        ({"BOOKBAG_LOG_LEVEL": "LOUD"}, "BOOKBAG_LOG_LEVEL must be"),
    ],
)
def test_what_is_missing_or_contradictory_is_said_with_its_mend(
    changes: dict[str, str | None], said: str
) -> None:
    (problem,) = problems(**changes)
    assert said in problem
    assert "\n" not in problem


def test_everything_that_is_wrong_is_said_at_once_and_no_secret_with_it() -> None:
    found = problems(
        SLACK_BOT_TOKEN="hunter2-bot",
        SLACK_APP_TOKEN="hunter2-app",
        SLACK_CHANNEL=None,
        DATABASE_URL="mysql://bob:hunter2@h/d",
        BOOKBAG_AI="claude",
        PORT="x",
    )
    assert len(found) == 6
    assert "hunter2" not in "".join(found)


def test_every_setting_that_is_a_secret_stays_out_of_repr_and_str() -> None:
    found = settings(
        SLACK_BOT_TOKEN="xoxb-hunter2",
        SLACK_APP_TOKEN="xapp-hunter2",
        SLACK_SIGNING_SECRET="hunter2",
        DATABASE_URL="postgresql+asyncpg://bob:hunter2@h/d",
        ANTHROPIC_API_KEY="hunter2",
        BOOKBAG_API_KEY="hunter2",
        BOOKBAG_IDENTITY_SECRET="hunter2",
    )
    shown = f"{found} {found!r} {dataclasses.replace(found, port=1)!r}"
    assert "hunter2" not in shown
    hidden = {field.name for field in dataclasses.fields(found) if not field.repr}
    assert hidden == {name for name in dataclasses.asdict(found) if "hunter2" in str(getattr(found, name))}


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\nSLACK_CHANNEL='#from-file'\nexport HOST=10.0.0.1\nPORT=1 # one\nEMPTY=\nNOTHING\n"
        'BOOKBAG_MODEL="with spaces"\n'
    )
    monkeypatch.setenv("PORT", "2")
    monkeypatch.delenv("HOST", raising=False)
    found = environment(tmp_path)
    assert (found["SLACK_CHANNEL"], found["HOST"], found["PORT"]) == ("#from-file", "10.0.0.1", "2")
    assert (found["EMPTY"], found["BOOKBAG_MODEL"]) == ("", "with spaces")
    assert "NOTHING" not in found
    monkeypatch.chdir(tmp_path)
    assert environment()["SLACK_CHANNEL"] == "#from-file"


def test_without_a_file_the_environment_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CHANNEL", "#from-environment")
    assert environment(tmp_path)["SLACK_CHANNEL"] == "#from-environment"


def test_the_database_can_be_read_where_nothing_else_is_set() -> None:
    assert read_database_url({}) == "sqlite+aiosqlite:///bookbag.db"
    with pytest.raises(BadSettings, match="DATABASE_URL must start with"):
        read_database_url({"DATABASE_URL": "nonsense"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BOOKBAG_REPLYS", "BOOKBAG_REPLIES"),
        ("BOOKBAG_REMIND_MINUTE", "BOOKBAG_REMIND_MINUTES"),
        ("bookbag_translate", "BOOKBAG_TRANSLATE"),
        ("SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"),
        ("ANTHROPIC_APIKEY", "ANTHROPIC_API_KEY"),
        ("DATABASE_URI", "DATABASE_URL"),
    ],
)
def test_a_misspelt_setting_is_refused_with_what_was_meant(typed: str, meant: str) -> None:
    assert problems(**{typed: "hunter2"}) == [f"{typed} is no setting. Did you mean {meant}?"]


def test_what_is_no_setting_and_nearly_none_is_left_alone() -> None:
    settings(SLACK_APP_ID="A1", BOOKBAG_THEME="dark", ANTHROPIC_MODEL="x", PORTS="1", SLACK_CHANNEL_ID="C1")


@pytest.mark.parametrize("content", [None, b"SLACK_CHANNEL=#caf\xe9"])
def test_a_file_of_settings_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / ".env"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(BadSettings) as refused:
        environment(tmp_path)
    assert len(refused.value.problems) == 1
    assert str(path) in refused.value.problems[0]
