"""Who a Slack user is: asked of Slack, remembered in the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.text.escaping import unescaped
from bot.slack.text.markers.folding import folded
from bot.slack.workspace.identity import belongs_to, workspaces_of
from bot.text.lines import first_label
from storage.engine.database import Database
from storage.records import Person, PersonId

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(hours=1)
# What decides about who may act.
CURRENT_FOR = timedelta(minutes=1)
REMEMBERED = 10_000
# A press has three seconds; better answered in English than not at all.
LANGUAGE_WITHIN = timedelta(seconds=1)
# Seconds. What is mentioned of people without a name is a general word.
NAMES_TAKE = 3.0
# No bot by its own description.
SLACKBOT = "USLACKBOT"


class UnknownPerson(Exception):
    """Slack did not say who somebody is."""


class UserCache:
    """Teammates by their id. `home_team` is the workspace whose full members may act."""

    def __init__(self, client: AsyncWebClient, database: Database, *, home_team: str) -> None:
        self._client = client
        self._database = database
        self._home_team = home_team
        # What this process was told lately: a reply should not wait for the database to say who wrote it.
        self._recent: dict[PersonId, Person] = {}
        # The same, but only by Slack's own words; what another process was told may be older news.
        self._current: dict[PersonId, Person] = {}
        self._asking: dict[PersonId, object] = {}
        # Whom a name means, of those remembered: whole names and first names, folded.
        self._called: dict[str, set[PersonId]] = {}
        # Whose name did not come in time, and when.
        self._slow: dict[str, datetime] = {}

    async def person(self, person_id: PersonId) -> Person:
        """As Slack described them within the last hour, or the last time it answered.

        Raises `UnknownPerson` when Slack cannot be asked and never was.
        """
        known = self._recent.get(person_id)
        if known is None or not self._is_good(known):
            async with self._database.read() as tx:
                known = await tx.people.get(person_id)
        if known is not None and self._is_good(known):
            return self._remembered(known)
        try:
            return await self._asked(person_id)
        except UnknownPerson:
            if known is None:
                raise
            return known

    async def current(self, person_id: PersonId) -> Person:
        """As Slack described them within the last minute. Raises `UnknownPerson` where it does not."""
        known = self._current.get(person_id)
        if known is not None and self._database.clock() - known.fetched_at < CURRENT_FOR:
            return known
        return await self._asked(person_id)

    async def is_admin(self, person_id: PersonId) -> bool:
        """Whether they may act and are an admin or owner of our workspace, as Slack says at this moment.

        Raises `UnknownPerson`.
        """
        user = await self._user(person_id)
        is_admin = bool(user.get("is_admin") or user.get("is_owner"))
        return is_admin and self._described(person_id, user).may_act

    def forget(self, person_id: PersonId) -> None:
        """Something about them changed: ask again."""
        self._recent.pop(person_id, None)
        self._current.pop(person_id, None)
        self._asking.pop(person_id, None)

    async def locale(self, person_id: PersonId) -> str | None:
        """Which language they read Slack in, as `de-DE`. None where Slack does not say so in time."""
        try:
            async with asyncio.timeout(LANGUAGE_WITHIN.total_seconds()):
                return (await self.person(person_id)).locale
        except (UnknownPerson, TimeoutError):
            return None

    async def zone(self, person_id: PersonId) -> tzinfo:
        """Which zone their day is in. UTC where Slack does not say or this machine does not know the zone."""
        try:
            return ZoneInfo((await self.person(person_id)).zone or "UTC")
        except (UnknownPerson, ValueError, OSError, KeyError):
            return UTC

    async def names(self, users: Collection[str]) -> Mapping[str, str]:
        """Display names of users of the home team, as far as they can be had in time."""
        found: dict[str, str] = {}
        now = self._database.clock()
        # About whom Slack said nothing a moment ago is not waited for once more.
        self._slow = {one: at for one, at in self._slow.items() if now - at < CURRENT_FOR}
        asked = None
        try:
            async with asyncio.timeout(NAMES_TAKE):
                for asked in sorted(set(users) - self._slow.keys()):
                    with contextlib.suppress(UnknownPerson):
                        found[asked] = (await self.person(PersonId(self._home_team, asked))).name
        except TimeoutError:
            if asked is not None:
                self._slow[asked] = now
        return found

    def is_colleague(self, name: str, *, of: PersonId) -> bool:
        """Whether a teammate other than `of` is called `name`, which is folded: their whole or first name.

        Of teammates whom this process has dealt with lately. Bots are nobody's colleagues.
        """
        return not self._called.get(name, set()) <= {of}

    async def slack_answers(self) -> bool:
        """Whether Slack answers anything at all, as opposed to what it was asked about somebody."""
        try:
            await self._client.auth_test()
        except CALL_ERRORS as error:
            return Failure.of(error).trouble not in (Trouble.NOT_SENT, Trouble.MAYBE_SENT)
        return True

    async def _asked(self, person_id: PersonId) -> Person:
        # An answer that was on its way while something changed is not kept.
        asking = self._asking[person_id] = object()
        try:
            user = await self._user(person_id)
        finally:
            is_newest = self._asking.get(person_id) is asking
            if is_newest:
                del self._asking[person_id]
        person = self._described(person_id, user)
        if not self._is_known(person):
            await self._database.write(lambda tx: tx.people.remember(person))
        if is_newest:
            self._current[person_id] = self._remembered(person)
        return person

    async def _user(self, person_id: PersonId) -> Mapping[str, Any]:
        """Slack's own words about them."""
        try:
            answer = await self._client.users_info(user=person_id.user, include_locale=True)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            log.warning("Slack did not describe a teammate: %s", failure.reason)
            raise UnknownPerson(failure.reason) from error
        user = answer.get("user")
        # A description that names no workspace says of nobody that they are ours, or that they are gone.
        if not isinstance(user, Mapping) or not (workspaces_of(user) or user.get("deleted")):
            raise UnknownPerson("Slack named nobody")
        return user

    def _is_known(self, person: Person) -> bool:
        """Whether the database was told the same within the hour."""
        known = self._recent.get(person.id)
        return (
            known is not None
            and self._is_good(known)
            and replace(known, fetched_at=person.fetched_at) == person
        )

    def _is_good(self, known: Person) -> bool:
        # Remembered by a version that did not ask for it.
        is_whole = known.locale is not None
        return is_whole and self._database.clock() - known.fetched_at < GOOD_FOR

    def _remembered(self, person: Person) -> Person:
        if len(self._recent) >= REMEMBERED:
            self._recent.clear()
            self._current.clear()
            self._called.clear()
        before = self._recent.get(person.id)
        self._recent[person.id] = person
        # Whoever types is remembered again with each message, and is hardly ever called something else.
        is_news = before is None or before.is_automaton or before.name != person.name
        if is_news and not person.is_automaton:
            name = folded(person.name)
            for called in {name, name.partition(" ")[0]}:
                self._called.setdefault(called, set()).add(person.id)
        return person

    def _described(self, person_id: PersonId, user: Mapping[str, Any]) -> Person:
        profile = user.get("profile") or {}
        called = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"))
        # Slack escapes names once, as it does all text.
        name = first_label(*(unescaped(str(one or "")) for one in called))
        outsider = person_id.team != self._home_team or not belongs_to(user, self._home_team)
        automaton = user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == SLACKBOT
        guest = user.get("is_restricted") or user.get("is_ultra_restricted")
        return Person(
            id=person_id,
            name=name[:120].rstrip() or "A teammate",
            # Slack's picture addresses contain the ids of team and user: no customer's business.
            avatar_url=None,
            may_act=not (outsider or guest or automaton or user.get("deleted")),
            fetched_at=self._database.clock(),
            locale=str(user.get("locale") or "")[:35],
            zone=str(user.get("tz") or "")[:64],
            is_automaton=bool(automaton),
        )
