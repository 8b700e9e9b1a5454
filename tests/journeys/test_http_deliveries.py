"""Slack's deliveries over HTTP: only those that Slack signed, lately, do anything."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.world import CHANNEL, Chat, World, world


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[World]:
    async with world(f"sqlite+aiosqlite:///{tmp_path / 'bookbag.db'}", ai="external", http_mode=True) as here:
        yield here


@pytest.fixture
async def chat(bridge: World) -> Chat:
    """Ana holds it."""
    chat = await bridge.chat(first="Hello")
    await chat.taken_over(bridge.ana)
    return chat


async def delivery(bridge: World, chat: Chat) -> bytes:
    """What Slack would send if Ana typed "Forged" in the thread."""
    message = {
        "type": "message",
        "channel": bridge.slack.channel(CHANNEL).id,
        "user": bridge.slack.user_id("ana"),
        "text": "Forged",
        "ts": f"{time.time():.6f}",
        "thread_ts": await chat.thread.ts(),
    }
    body = {"type": "event_callback", "team_id": bridge.slack.team_id, "event_id": "Ev1", "event": message}
    return json.dumps(body).encode()


async def deliver(bridge: World, body: bytes, *, secret: str, at: float) -> int:
    stamp = str(int(at))
    signed = hmac.new(secret.encode(), b":".join((b"v0", stamp.encode(), body)), hashlib.sha256)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed.hexdigest()}",
        "Content-Type": "application/json",
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{bridge.bridge.address}/slack/events", data=BytesIO(body), headers=headers) as response,
    ):
        return response.status


async def test_what_slack_signed_is_taken(bridge: World, chat: Chat) -> None:
    body = await delivery(bridge, chat)
    assert await deliver(bridge, body, secret=bridge.slack.signing_secret, at=time.time()) == 200
    await chat.sees("Forged", author="teammate")


@pytest.mark.parametrize(("secret", "age"), [("somebody-elses", 0), (None, 600)], ids=["forged", "replayed"])
async def test_what_slack_did_not_sign_lately_is_refused(
    bridge: World, chat: Chat, secret: str | None, age: int
) -> None:
    body = await delivery(bridge, chat)
    status = await deliver(bridge, body, secret=secret or bridge.slack.signing_secret, at=time.time() - age)
    assert status == 401
    await chat.reply(bridge.ana, "Real")
    await chat.sees("Real")
    assert "Forged" not in str(chat.customer.seen)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"type": "event_callback"}', b"payload=%7B"])
async def test_what_cannot_be_read_is_no_accident(bridge: World, body: bytes) -> None:
    status = await deliver(bridge, body, secret=bridge.slack.signing_secret, at=time.time())
    assert 400 <= status < 500


async def test_a_body_too_large_is_refused(bridge: World) -> None:
    # aiohttp's own bound for a body.
    body = b'{"x": "' + b"x" * 1024**2 + b'"}'
    assert await deliver(bridge, body, secret=bridge.slack.signing_secret, at=time.time()) == 413
