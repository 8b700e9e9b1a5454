"""Slack's deliveries over HTTP, handed to Bolt, which checks their signature."""

from __future__ import annotations

from contextlib import nullcontext

from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.slack.inbound.in_hand import InHand, is_message
from bot.slack.inbound.signatures import Signatures

PATH = "/slack/events"


def deliveries(app: AsyncApp, signatures: Signatures, in_hand: InHand) -> Handler:
    """Answers at `PATH`: events, actions and commands alike. What cannot be read is refused with 400."""

    async def deliver(request: web.Request) -> web.StreamResponse:
        try:
            delivery = await to_bolt_request(request)
        except ValueError:
            # No JSON, no form or no UTF-8: not from Slack, and nothing to look into.
            return web.json_response({"error": "unreadable"}, status=400)
        with in_hand.holding() if is_message(delivery.body) else nullcontext():
            answer = await app.async_dispatch(delivery)
        if answer.status == 401:
            signatures.refused()
        elif answer.status < 300:
            signatures.accepted()
        return await to_aiohttp_response(answer)

    return deliver
