"""What the pages name is there: settings with their defaults, commands, targets, files and figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.scheduler.housekeeping import KEEP, UNSAID
from bot.settings import Settings, read_settings
from bot.slack.outbound.message_sender import _SAID_FOR
from bot.web.callers.limits import Limits
from tests.command_line import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {str(page.relative_to(ROOT)): page.read_text("utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
NEEDED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_CHANNEL": "#live-chat"}


def flat(page: str) -> str:
    return " ".join(TEXT[page].split())


def rows() -> dict[str, tuple[str, str]]:
    """The README's settings: each one's default and what it is."""
    table = TEXT["README.md"].partition("## Settings")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \| (.+) \|$", table, re.MULTILINE)
    return {
        name: (default.strip(), about)
        for names, default, about in found
        for name in re.findall(r"`([A-Z_]+)`", names)
    }


def read_by_the_program() -> set[str]:
    source = (ROOT / "bot" / "settings.py").read_text("utf-8")
    return set(re.findall(r'"((?:BOOKBAG|SLACK|ANTHROPIC)_[A-Z_]+|DATABASE_URL|HOST|PORT)"', source))


def test_every_setting_is_in_the_table_and_every_row_is_a_setting() -> None:
    assert set(rows()) == read_by_the_program()


def test_no_page_names_a_setting_that_there_is_not() -> None:
    named = set(re.findall(r"\b(?:BOOKBAG|SLACK|ANTHROPIC)_[A-Z_]*[A-Z]\b|\bDATABASE_URL\b", ALL))
    assert named - read_by_the_program() == {"BOOKBAG_REQUIRE_BROWSER"} & named


@pytest.mark.parametrize(
    "name", [one for one, (default, _) in rows().items() if re.fullmatch("`[^`]+`", default)]
)
def test_the_default_in_the_table_is_what_the_program_takes_without_it(name: str) -> None:
    default = rows()[name][0].strip("`")
    assert read_settings({**NEEDED, name: default}) == read_settings(NEEDED)


@pytest.mark.parametrize("name", ["BOOKBAG_FILE_MAX_MB", "BOOKBAG_FILES_MAX_MB"])
def test_the_bounds_in_the_table_are_the_programs(name: str) -> None:
    least, most = map(int, re.findall(r"(\d+) to (\d+)", rows()[name][1])[0])
    for value in (least, most):
        assert isinstance(read_settings({**NEEDED, name: str(value)}), Settings)
    for value in (least - 1, most + 1):
        with pytest.raises(Exception, match=name):
            read_settings({**NEEDED, name: str(value)})


def test_every_command_that_a_page_names_is_there() -> None:
    named = set(re.findall(r"`(?:[^`\n]*bin/)?bookbag ([a-z]+)[^`]*`", ALL))
    assert named - set(main.commands) == set()
    # What is typed in Slack.
    in_slack = set(re.findall(r"`/bookbag ([a-z]+)", ALL))
    source = (ROOT / "bot" / "handlers" / "commands.py").read_text("utf-8")
    assert {one for one in in_slack if f'"{one}"' not in source} == set()


def test_every_target_that_a_page_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", ALL)) - targets == set()


@pytest.mark.parametrize("page", TEXT)
def test_every_link_leads_to_a_file(page: str) -> None:
    links = re.findall(r"(?:\]\(|src=\")([^)\"#:]+)(?:#[^)\"]*)?[)\"]", TEXT[page])
    here = (ROOT / page).parent
    gone = [one for one in links if not one.startswith("http") and not (here / Path(one)).exists()]
    assert [one for one in gone if "eyJ" not in one] == []


@pytest.mark.parametrize(
    ("page", "says", "is_so"),
    [
        ("docs/operating.md", "dropped three days after they were done", KEEP.days == 3),
        ("docs/operating.md", "one that no message carries is dropped after a day", UNSAID.days == 1),
        ("docs/operating.md", "within the last ten minutes (`refused`)", _SAID_FOR.seconds == 600),
        ("docs/security.md", "A body arrives within 20 seconds", Limits().body_deadline == 20),
        ("docs/security.md", "at 2 KB a second on average or faster", Limits().slowest == 2_000),
    ],
)
def test_a_number_in_a_page_is_the_programs(page: str, says: str, is_so: bool) -> None:
    assert says in flat(page)
    assert is_so
