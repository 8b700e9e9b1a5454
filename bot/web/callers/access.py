"""Who may do what: customers' tokens and the server key.

A customer's token is `base64url(HMAC-SHA256(token_secret, conversation id))`: nothing is stored, and it
opens that one conversation. Everything here compares in constant time.
"""

from __future__ import annotations

import base64
import hmac
import re
from enum import Enum

from aiohttp import web

from bot.web.api.problems import NotFoundProblem, Unauthorized
from storage.records import ConversationId

_ID = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Caller(Enum):
    """Who asks."""

    ANYONE = "anyone"
    CUSTOMER = "customer"
    SERVER = "server"


class Access:
    """Decides from the Authorization header. `api_key` None: nobody is the server."""

    def __init__(self, *, token_secret: bytes, api_key: str | None) -> None:
        if not token_secret:
            raise ValueError("an empty token secret would let anybody make tokens")
        self._token_secret = token_secret
        self._api_key = api_key.encode() if api_key else None

    def token(self, conversation_id: ConversationId) -> str:
        digest = hmac.digest(self._token_secret, conversation_id.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def caller(self, request: web.Request) -> Caller:
        """SERVER with the server key, else ANYONE, whatever else the header says."""
        return Caller.SERVER if self._is_server(_bearer(request)) else Caller.ANYONE

    def caller_of(self, request: web.Request, conversation_id: str) -> Caller:
        """CUSTOMER or SERVER of this conversation.

        Raises `Unauthorized` without a bearer that could be a token, and `NotFoundProblem` alike for somebody
        else's token and for an id that no conversation can have.
        """
        bearer = _bearer(request)
        is_server = self._is_server(bearer)
        if not is_server and not (bearer and _TOKEN.fullmatch(bearer)):
            raise Unauthorized
        if not _ID.fullmatch(conversation_id):
            raise NotFoundProblem
        if is_server:
            return Caller.SERVER
        if not _same(bearer, self.token(ConversationId(conversation_id)).encode()):
            raise NotFoundProblem
        return Caller.CUSTOMER

    def _is_server(self, bearer: str) -> bool:
        return self._api_key is not None and _same(bearer, self._api_key)


def _bearer(request: web.Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _same(given: str, expected: bytes) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected)
