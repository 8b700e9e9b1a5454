"""What belongs to no one operation: health, metrics, browsers' questions, pages, unknown addresses."""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Any

import pytest

from bot.web import health
from storage.engine.database import Database

from .house import Chat, House

SHOP = "https://shop.example"


async def test_alive_whatever_the_rest_says(house: House) -> None:
    house.health.problems = {"database": "gone"}
    assert (await house.ask("GET", "/healthz")).status == 200


async def test_ready_when_nothing_is_wrong(house: House) -> None:
    ready = await house.ask("GET", "/readyz")
    assert (ready.status, ready.json) == (200, {"ready": True})


async def test_not_ready_with_the_problems(house: House) -> None:
    house.health.problems = {"database": "does not answer"}
    ready = await house.ask("GET", "/readyz")
    assert ready.status == 503
    assert ready.json == {"ready": False, "problems": {"database": "does not answer"}}


async def test_a_check_that_breaks_or_hangs_means_not_ready(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks() -> Any:
        raise RuntimeError("SECRET")

    async def hangs() -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "DEADLINE", 0.05)
    for check, problem in ((breaks, "the check failed"), (hangs, "the check did not finish")):
        monkeypatch.setattr(house.health, "ready", check)
        ready = await house.ask("GET", "/readyz")
        assert (ready.status, ready.json["problems"]) == (503, {"health": problem})


async def test_metrics_count_what_is_new(house: House, chat: Chat) -> None:
    await chat.say("a", client_id="a")
    await chat.say("a", client_id="a")
    async with chat.stream() as stream:
        await stream.event()
        metrics = await house.ask("GET", "/metrics")
    lines = metrics.raw.decode().splitlines()
    assert metrics.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "bookbag_open_streams 1" in lines
    assert "bookbag_conversations_started_total 1" in lines
    assert 'bookbag_messages_accepted_total{from="customer"} 1' in lines
    assert 'bookbag_messages_accepted_total{from="ai"} 0' in lines


async def test_others_may_add_their_metrics(database: Database) -> None:
    async def more() -> str:
        return "bookbag_outbox_open 3\n"

    async with House(database, more_metrics=more) as house:
        assert (await house.ask("GET", "/metrics")).raw.endswith(b"bookbag_outbox_open 3\n")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/conversations/", 404, "not_found"),
        ("DELETE", "/v1/conversations", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/conversations", 405, "method_not_allowed"),
    ],
)
async def test_other_addresses_and_methods(
    house: House, method: str, path: str, status: int, code: str
) -> None:
    refused = await house.ask(method, path)
    assert (refused.status, refused.code) == (status, code)
    if status == 405:
        assert refused.headers["Allow"] == "POST"


def _preflight(origin: str) -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": "POST"}


async def test_any_page_may_call_unless_origins_are_named(house: House, chat: Chat) -> None:
    asked = await house.ask("OPTIONS", f"{chat.path}/messages", headers=_preflight(SHOP))
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    for header in ("Authorization", "Content-Type", "Last-Event-ID"):
        assert header in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers

    shown = await chat.get(headers={"Origin": SHOP})
    assert shown.headers["Access-Control-Allow-Origin"] == "*"
    assert shown.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert "Set-Cookie" not in shown.headers


async def test_errors_and_streams_can_be_read_by_a_page_too(house: House, chat: Chat) -> None:
    refused = await house.ask("GET", chat.path, headers={"Origin": SHOP})
    assert (refused.status, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")
    async with chat.stream(origin=SHOP) as stream:
        assert stream.response.headers["Access-Control-Allow-Origin"] == "*"


async def test_only_named_origins_may_call(database: Database) -> None:
    async with House(database, allowed_origins=[f"{SHOP}/"]) as house:
        for origin, allowed in ((SHOP, SHOP), ("https://evil.example", None), ("null", None)):
            asked = await house.ask("OPTIONS", "/v1/conversations", headers=_preflight(origin))
            started = await house.start(headers={"Origin": origin})
            for answer in (asked, started):
                assert answer.headers.get("Access-Control-Allow-Origin") == allowed
                assert "Origin" in answer.headers["Vary"]


async def test_the_operators_addresses_are_not_for_pages(house: House) -> None:
    for path in ("/metrics", "/readyz", "/healthz"):
        answer = await house.ask("GET", path, headers={"Origin": SHOP})
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_page_allows_itself_nothing_but_the_chat(house: House) -> None:
    page = await house.ask("GET", "/")
    policy = page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert b"widget.js" in page.raw


async def test_the_widget_is_one_small_cacheable_script(house: House) -> None:
    widget = await house.ask("GET", "/widget.js", headers={"Accept-Encoding": "identity"})
    assert widget.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "max-age" in widget.headers["Cache-Control"]
    assert widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    # A sixth of it are the words in five languages, another one the look.
    assert len(gzip.compress(widget.raw)) <= 32 * 1024
    again = await house.ask("GET", "/widget.js", headers={"If-None-Match": widget.headers["ETag"]})
    assert (again.status, again.raw) == (304, b"")
    async with house.session.get("/widget.js", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert await packed.read() == widget.raw


async def test_every_part_of_the_widget_is_in_it_once_and_out_of_the_pages_reach(house: House) -> None:
    script = (await house.ask("GET", "/widget.js")).raw.decode()
    assert script.startswith("(()=>{")
    for part in ("const WORDS", "const LOOK", "class Memory", "class Wire", "class Log", "class Talk"):
        assert script.count(part) == 1


async def test_the_widget_never_makes_html_out_of_text(house: House) -> None:
    source = (await house.ask("GET", "/widget.js")).raw.decode()
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie ="):
        assert sink not in source
    assert not re.search(r"\bnew Function\b|setHTMLUnsafe|srcdoc", source)
