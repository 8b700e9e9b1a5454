"""Who a customer is: what the page says, and which of it the website proves.

Two proofs, both made on the website's server with BOOKBAG_IDENTITY_SECRET. `user_hash` proves the user_id and
nothing else. `user_token` proves every claim in it, for a short time.
"""

from __future__ import annotations

import hmac
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from pydantic import ValidationError

from bot.web.api.bodies import ClaimsBody, CustomerBody
from bot.web.api.problems import WrongUserHash, WrongUserToken
from storage.records import Customer

log = logging.getLogger(__name__)

# A token stands in pages and may be copied out of them: for how many seconds it may be valid.
LONGEST_VALID = 24 * 3600
# By how many seconds the clock of the server that made a token may be ahead of ours.
AHEAD = 10
ALGORITHM = "HS256"

Seconds = float


class Identity:
    """Judges proofs. `secret` None: nothing can be proven here, and nothing looks proven."""

    def __init__(self, secret: str | None, *, now: Callable[[], Seconds] = time.time) -> None:
        self._secret = secret.encode() if secret else None
        self._now = now
        self._warned = False

    def customer(self, said: CustomerBody) -> Customer:
        """What is known of the customer, with the names of the fields that are proven.

        Where a page says one thing and its token another, the token is right. Raises `WrongUserHash` and
        `WrongUserToken` for a proof that proves nothing, or proves somebody else. Without a secret a hash
        cannot be judged and proves nothing, and a token, whose words would go unchecked, is refused.
        """
        proven = self._by_hash(said)
        claims = ClaimsBody() if said.user_token is None else self._claims(said.user_token)
        if claims.sub is not None:
            if said.user_id not in (None, claims.sub):
                raise WrongUserToken("it is made for another user_id than the one beside it")
            proven.add("user_id")
        signed = {
            name: value
            for name in ("name", "email", "locale")
            if (value := getattr(claims, name)) is not None
        }
        metadata = claims.metadata or {}
        return Customer(
            user_id=claims.sub or said.user_id,
            name=signed.get("name", said.name),
            email=signed.get("email", said.email),
            locale=signed.get("locale", said.locale),
            metadata={**(said.metadata or {}), **metadata},
            proven=frozenset([*proven, *signed, *(f"metadata.{key}" for key in metadata)]),
        )

    def _by_hash(self, said: CustomerBody) -> set[str]:
        if said.user_hash is None:
            return set()
        if self._secret is None:
            self._warn()
            return set()
        if said.user_id is None:
            raise WrongUserHash
        expected = hmac.new(self._secret, said.user_id.encode(), "sha256").hexdigest()
        if not hmac.compare_digest(said.user_hash.lower(), expected):
            raise WrongUserHash
        return {"user_id"}

    def _claims(self, token: str) -> ClaimsBody:
        if self._secret is None:
            raise WrongUserToken("this server has no BOOKBAG_IDENTITY_SECRET to check it with")
        claims = self._verified(token, self._secret)
        now = self._now()
        expires, issued = int(claims["exp"]), min(int(claims.get("iat", now)), now)
        if expires <= now:
            raise WrongUserToken(_EXPIRED)
        if expires - issued > LONGEST_VALID:
            raise WrongUserToken("it is valid for more than 24 hours; make short-lived ones")
        try:
            return ClaimsBody.model_validate(claims)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False, include_context=False)[0]
            claim = ".".join(str(part) for part in wrong["loc"])
            problem = wrong["msg"].removeprefix("Value error, ")
            raise WrongUserToken(f"its claim {claim} has not the form it needs: {problem}") from None

    def _verified(self, token: str, secret: bytes) -> Mapping[str, Any]:
        try:
            with warnings.catch_warnings():
                # The secret's length is its operator's choice, made once; it is no news for each customer.
                warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
                claims: Mapping[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=[ALGORITHM],
                    leeway=AHEAD,
                    options={"require": ["sub", "exp"]},
                )
        except jwt.PyJWTError as error:
            raise WrongUserToken(_in_words(error)) from None
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise WrongUserToken("it is not a JWT") from None
        return claims

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "a page sends user_hash, and BOOKBAG_IDENTITY_SECRET is not set: no customer looks proven"
            )


_EXPIRED = "it has expired; make a new one for each page"


def _in_words(error: jwt.PyJWTError) -> str:
    """What is wrong with a token. Never what stands in it."""
    match error:
        case jwt.ExpiredSignatureError():
            return _EXPIRED
        case jwt.ImmatureSignatureError():
            return "it is not valid yet: compare the clocks of the two servers"
        case jwt.MissingRequiredClaimError():
            return f"it has no claim {error.claim}"
        case jwt.InvalidAlgorithmError():
            return f"it must be signed with {ALGORITHM} and nothing else"
        case jwt.InvalidSignatureError():
            return "it is not signed with the BOOKBAG_IDENTITY_SECRET of this server"
        case jwt.InvalidAudienceError():
            return "it is meant for another program: leave the claim aud out"
        case jwt.exceptions.InvalidSubjectError():
            return "its claim sub must be the user_id, as text"
        case jwt.DecodeError():
            return "it is not a JWT"
        case _:
            return "it is not valid"
