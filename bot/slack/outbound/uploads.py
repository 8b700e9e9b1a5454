"""Files into Slack: a customer's file in the thread of their conversation, once.

Slack gives a file its name before it is shared, and that name is kept with the file. So a share whose outcome
nobody knows is looked up by it, and asked for again under the same name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import threads
from bot.files.store import FileStore
from bot.outbox.outcome import DeadLettered, Done, Effect, Indeterminate, NotYet, Outcome
from bot.slack.api.downloads import SlackHost
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.message_sender import MAY_NOT_LOOK, MessageSender
from storage.engine.database import Database
from storage.records import Conversation, File, Job, MessageRef
from storage.transaction import Transaction

# Seconds; an outbox worker's lease is longer.
_IN_ALL = 25
# How often the bytes are sent anew where Slack says that it has not got them.
_UPLOADS = 3
# Slack has no such file, or none that can be shared: what was uploaded for it has lapsed.
_LAPSED = {"file_not_found", "file_deleted", "invalid_arguments"}
_SHARED_ALREADY = {"file_already_completed"}
_SCOPES = {"missing_scope", "not_allowed_token_type"}


class Uploads:
    """The job for a file that a customer sent."""

    def __init__(
        self,
        client: AsyncWebClient,
        outbound: Outbound,
        session: aiohttp.ClientSession,
        database: Database,
        files: FileStore,
        host: SlackHost,
        sender: MessageSender,
        *,
        quarantine: timedelta,
    ) -> None:
        self._client = client
        self._outbound = outbound
        self._session = session
        self._database = database
        self._files = files
        self._host = host
        self._sender = sender
        self._quarantine = quarantine

    async def share(self, job: Job, conversation: Conversation, file: File | None) -> Outcome:
        """Put it into the thread. What was taken back meanwhile is nothing to share."""
        if conversation.card is None:
            return await self._sender.begins_again(job)
        if file is None:
            return Done()
        # Not even the bytes before.
        self._outbound.admit(conversation.card.channel)
        try:
            async with asyncio.timeout(_IN_ALL):
                return await self._share(job, conversation.card, file, home=conversation.home)
        except TimeoutError:
            return Indeterminate(self._sender.longer(job), "it took too long")

    async def _share(self, job: Job, thread: MessageRef, file: File, *, home: str | None) -> Outcome:
        if file.slack_id is not None and job.maybe_sent is not None:
            settled = await self._settled(job, file, file.slack_id, thread)
            if settled is not None:
                return settled
        slack_id = file.slack_id
        try:
            if slack_id is None:
                slack_id = await self._upload(file)
                await self._remember(file, slack_id)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is Trouble.MAYBE_SENT:
                # Nobody sees an upload that is not shared.
                return NotYet(self._sender.longer(job), failure.reason)
            return self._refused(job, failure)
        # The bytes may have taken long enough for another process to have heard something.
        async with self._database.read() as tx:
            self._outbound.learn(await tx.slack_channels.health())
        try:
            await self._outbound.share_file(slack_id, file.name, thread=thread)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is Trouble.MAYBE_SENT:
                return Indeterminate(self._sender.longer(job), failure.reason)
            if failure.reason in _SHARED_ALREADY:
                return await self._settled(job, file, slack_id, thread) or await self._anew(job, file)
            if failure.reason in _LAPSED and job.attempts < _UPLOADS:
                return await self._anew(job, file)
            elsewhere = await self._sender.goes_on_elsewhere(job, failure, home, thread)
            if elsewhere is not None:
                return elsewhere
            return self._refused(job, failure)
        try:
            shared = await self._shared(job, file, slack_id, thread)
        except CALL_ERRORS as error:
            # Without the right to look, Slack's word has to do.
            reason = Failure.of(error).reason
            return Done() if reason in MAY_NOT_LOOK else Indeterminate(self._sender.longer(job), reason)
        return shared or Indeterminate(self._sender.longer(job), "Slack does not show it yet")

    async def _shared(self, job: Job, file: File, slack_id: str, thread: MessageRef) -> Outcome | None:
        """What became of a share, as Slack shows the file; None if it shows it nowhere in the channel.

        Where the thread was gone Slack has put it into the channel itself, as it does with a post.
        """
        answer = await self._client.files_info(file=slack_id)
        shares = _shares(answer["file"], thread.channel)
        if any(share.get("thread_ts") == thread.ts for share in shares):
            return Done()
        beside = [share["ts"] for share in shares if share.get("thread_ts") in (None, share["ts"])]
        if not beside:
            return None
        # The next thread gets it under a name of its own: Slack shares none twice.
        await self._remember(file, None)
        await self._sender.strayed(job, thread, MessageRef(thread.team, thread.channel, beside[-1]))
        return Done()

    async def _anew(self, job: Job, file: File) -> Outcome:
        """Slack does not share what was uploaded: upload it again."""
        await self._remember(file, None)
        return NotYet(self._sender.longer(job), "it is uploaded again")

    async def _settled(self, job: Job, file: File, slack_id: str, thread: MessageRef) -> Outcome | None:
        """What became of an earlier try; None if it surely was not shared."""
        try:
            found = await self._shared(job, file, slack_id, thread)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.reason in MAY_NOT_LOOK:
                return DeadLettered(failure.reason, self._told(job, failure.reason, certain=False))
            if failure.reason not in _LAPSED:
                return Indeterminate(max(failure.after, self._sender.longer(job)), failure.reason)
        else:
            if found is not None:
                return found
        if job.maybe_sent is None:
            return None
        waited = self._database.clock() - job.maybe_sent
        return (
            Indeterminate(self._quarantine - waited, "it may still land")
            if waited < self._quarantine
            else None
        )

    async def _upload(self, file: File) -> str:
        """The bytes, to where Slack wants them. Returns Slack's name for the file."""
        ticket = await self._client.files_getUploadURLExternal(filename=file.name, length=file.size)
        url = str(ticket["upload_url"])
        if not self._host.owns(url):
            raise OSError("Slack names a place for uploads that is not its own")
        async with self._session.post(
            url,
            data=self._files.pieces(file),
            headers={"Content-Length": str(file.size), "Content-Type": "application/octet-stream"},
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise OSError(f"HTTP {response.status}")
        return str(ticket["file_id"])

    async def _remember(self, file: File, slack_id: str | None) -> None:
        await self._database.write(lambda tx: tx.files.known_to_slack(file.id, slack_id))

    def _refused(self, job: Job, failure: Failure) -> Outcome:
        if failure.reason in _SCOPES:
            # An app installed before there were files lacks the scope; words must not wait for that.
            return DeadLettered(failure.reason, self._told(job, failure.reason, certain=True))
        outcome = self._sender.certain(job, failure)
        if isinstance(outcome, DeadLettered):
            return DeadLettered(outcome.reason, self._told(job, outcome.reason, certain=True))
        return outcome

    def _told(self, job: Job, reason: str, *, certain: bool) -> Effect:
        payload = job.payload

        async def tell(tx: Transaction) -> None:
            await threads.not_shown(
                tx,
                job.conversation_id,
                [payload["seq"]],
                reason=reason,
                certain=certain,
                file=payload["file"],
            )

        return tell


def _shares(file: Mapping[str, Any], channel: str) -> Sequence[Mapping[str, Any]]:
    """The messages of that channel that show the file."""
    shares = file.get("shares") or {}
    return [one for kind in ("public", "private") for one in (shares.get(kind) or {}).get(channel) or []]
