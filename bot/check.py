"""`bookbag check`: what works and what does not, one line each."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from alembic.util import CommandError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.ai import DEFAULT_MODEL, knowledge
from bot.app import SLACK_TIMEOUT, slack_client
from bot.manifest import manifest
from bot.settings import Settings
from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.workspace.installation import NotConnected, find_installation, try_app_token
from bot.web.api import openapi
from storage.engine.database import Database, DatabaseUnavailable, reason_of
from storage.migrate import is_current
from storage.probing import try_writing


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `problem` says what is wrong and how to mend it; None is well."""

    part: str
    said: str
    problem: str | None = None


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the database, the chat's port, Slack and the AI, in that order, changing nothing."""
    yield await _database(settings)
    yield await _port(settings)
    async with aiohttp.ClientSession(timeout=SLACK_TIMEOUT) as session:
        client = slack_client(settings, session)
        try:
            found = await find_installation(client, settings.slack_channel)
        except NotConnected as error:
            yield Finding("Slack", "", str(error))
        else:
            yield Finding("Slack", f"{found.team_name}, posting in #{found.channel_name}")
            yield await _scopes(client)
        if settings.slack_app_token is not None:
            yield await _socket_mode(client, settings.slack_app_token)
        else:
            yield Finding("Slack delivers", "to /slack/events over HTTP")
    yield await _ai(settings)


async def _database(settings: Settings) -> Finding:
    database = Database(settings.database_url)
    try:
        await database.check()
        current = await is_current(database)
        await try_writing(database, creating=not current)
    except DatabaseUnavailable as error:
        return Finding("Database", "", f"It cannot be used: {error}. Check DATABASE_URL.")
    except SQLAlchemyError as error:
        return Finding("Database", "", f"It cannot be read: {reason_of(error)}. Check DATABASE_URL.")
    except CommandError as error:
        return Finding("Database", "", f"It was made by another version: {error}. Install that version.")
    finally:
        await database.close()
    kind = database.url.get_backend_name()
    return Finding("Database", f"{kind}, {'current' if current else 'made or upgraded at the next start'}")


async def _port(settings: Settings) -> Finding:
    where = f"{settings.host}, port {settings.port}"
    try:
        server = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.host, settings.port, reuse_address=True
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_served(settings):
            return Finding("Live chat", f"at {where}, where a bridge serves already")
        why = error.strerror or type(error).__name__
        return Finding("Live chat", "", f"{where} cannot be used: {why}. Set HOST and PORT.")
    server.close()
    await server.wait_closed()
    return Finding("Live chat", f"at {where}")


async def _is_served(settings: Settings) -> bool:
    """Whether what listens there is a bridge: whoever checks a changed setting has the old one running."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - as set
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/openapi.json"
    try:
        async with aiohttp.ClientSession(timeout=SLACK_TIMEOUT) as session, session.get(address) as answer:
            described = await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
    return isinstance(described, dict) and described.get("info", {}).get("title") == openapi.TITLE


async def _scopes(client: AsyncWebClient) -> Finding:
    try:
        answer = await client.auth_test()
    except CALL_ERRORS as error:
        return Finding("Scopes", "", f"Slack did not say which are granted: {Failure.of(error).reason}.")
    told = answer.headers.get("x-oauth-scopes")
    if told is None:
        return Finding("Scopes", "Slack did not say which are granted")
    missing = sorted(set(manifest()["oauth_config"]["scopes"]["bot"]) - set(told.replace(" ", "").split(",")))
    if missing:
        return Finding(
            "Scopes",
            "",
            f"Missing: {', '.join(missing)}. Update the app from `bookbag manifest` and install it again.",
        )
    return Finding("Scopes", "all granted")


async def _socket_mode(client: AsyncWebClient, app_token: str) -> Finding:
    try:
        await try_app_token(client, app_token)
    except NotConnected as error:
        return Finding("Slack delivers", "", str(error))
    return Finding("Slack delivers", "over Socket Mode")


async def _ai(settings: Settings) -> Finding:
    if settings.ai == "external":
        return Finding("AI", "external: another program answers with BOOKBAG_API_KEY")
    try:
        knowledge.load(settings.knowledge or knowledge.EXAMPLE)
    except knowledge.KnowledgeError as error:
        return Finding("AI", "", f"The knowledge cannot be used: {error}")
    if settings.ai == "offline":
        return Finding(
            "AI", "offline stand-in, answering from the knowledge folder; set ANTHROPIC_API_KEY for Claude"
        )
    from bot.ai.claude.trying import try_claude

    model = settings.model or DEFAULT_MODEL
    tried = await try_claude(settings.anthropic_api_key or "", settings.anthropic_base_url, model)
    if tried.problem is not None:
        mend = "Check ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and BOOKBAG_MODEL."
        return Finding("AI", "", f"{tried.problem}. {mend}")
    return Finding("AI", f"Claude, {model}; {tried.said}")
