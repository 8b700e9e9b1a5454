"""The operations of the live chat API. Each asks the desk one thing and shows what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.desk.desk import Desk
from bot.web.api.answers import (
    AddressKept,
    ApiModel,
    ConversationShown,
    EntryShown,
    Escalated,
    Identified,
    Noted,
    Page,
    Pagination,
    Resumed,
    Said,
    Started,
)
from bot.web.api.bodies import (
    LARGEST_SEQ,
    AddressBody,
    CustomerBody,
    EscalateBody,
    Nothing,
    PageQuery,
    ResumeBody,
    ResumeQuery,
    SayBody,
    SeenBody,
    StartBody,
)
from bot.web.api.operation import Operation, OperationAnswer, OperationCall
from bot.web.api.problems import (
    AnotherCustomerProblem,
    Broken,
    EpochMissingProblem,
    Invalid,
    NotFoundProblem,
    NotJson,
    NotWaitingProblem,
    Paused,
    StaleProblem,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
    UnknownFile,
    WrongUserHash,
    WrongUserToken,
)
from bot.web.callers.access import Access, Caller
from bot.web.callers.identity import Identity
from bot.web.callers.limits import Limiter, Limits, Monotonic, address_of, wider_than
from bot.web.metrics import Metrics
from bot.web.streams import Streams
from bot.web.text import preferred_language
from storage.records import SERVER, Entry, started_by

ONE = "/v1/conversations/{conversation_id}"
UNASKED_REASON = "Another program asked for a teammate."


class ConversationRoutes:
    """Answers for every route under /v1."""

    def __init__(
        self,
        desk: Desk,
        access: Access,
        identity: Identity,
        streams: Streams,
        metrics: Metrics,
        limits: Limits,
        clock: Monotonic,
    ) -> None:
        self._desk = desk
        self._access = access
        self._identity = identity
        self._streams = streams
        self._metrics = metrics
        self._proxies = limits.trusted_proxies
        self._starts = Limiter(limits.conversations, clock)
        self._starts_in_all = Limiter(limits.starts_in_all, clock)
        self._messages = Limiter(limits.messages, clock)
        self._glances = Limiter(limits.glances, clock)

    def operations(self) -> Sequence[Operation[Any, Any]]:
        always = (Invalid, Broken, Unavailable)
        theirs = (Unauthorized, NotFoundProblem)
        with_body = (TooLarge, NotJson)
        as_ai = (StaleProblem, EpochMissingProblem)
        return (
            Operation(
                method="POST",
                path="/v1/conversations",
                name="start",
                summary="Start a conversation, once for each client_id.",
                needs=Caller.ANYONE,
                handler=self.start,
                query=Nothing,
                body=StartBody,
                answers={201: Started, 200: Started},
                problems=(*with_body, TooMany, WrongUserHash, WrongUserToken, *always),
            ),
            Operation(
                method="GET",
                path=ONE,
                name="show",
                summary="Who answers this conversation now.",
                needs=Caller.CUSTOMER,
                handler=self.show,
                query=Nothing,
                body=Nothing,
                answers={200: ConversationShown},
                problems=(*theirs, *always),
            ),
            Operation(
                method="POST",
                path=f"{ONE}/messages",
                name="say",
                summary="Say something, once for each client_id.",
                needs=Caller.CUSTOMER,
                handler=self.say,
                query=Nothing,
                body=SayBody,
                answers={202: Said, 200: Said},
                problems=(*theirs, Paused, *as_ai, UnknownFile, *with_body, TooMany, *always),
            ),
            Operation(
                method="GET",
                path=f"{ONE}/messages",
                name="page",
                summary="What was said, in order, edits and retractions as they came.",
                needs=Caller.CUSTOMER,
                handler=self.page,
                query=PageQuery,
                body=Nothing,
                answers={200: Page},
                problems=(*theirs, *always),
            ),
            Operation(
                method="GET",
                path=f"{ONE}/events",
                name="events",
                summary="What is said, as it is said: message, edit, retract and state events.",
                needs=Caller.CUSTOMER,
                handler=self.events,
                query=ResumeQuery,
                body=Nothing,
                answers={200: "Server-sent events; each has its entry's number as id and its JSON as data."},
                problems=(*theirs, TooMany, *always),
                more_parameters=(
                    {
                        "name": "Last-Event-ID",
                        "in": "header",
                        "description": "The number of the last event seen.",
                        "schema": {"type": "integer", "minimum": 0, "maximum": LARGEST_SEQ},
                    },
                ),
                is_stream=True,
            ),
            Operation(
                method="POST",
                path=f"{ONE}/customer",
                name="identify",
                summary="Say who the customer is, once they signed in or what is known of them changed.",
                needs=Caller.CUSTOMER,
                handler=self.identify,
                query=Nothing,
                body=CustomerBody,
                answers={200: Identified},
                problems=(
                    *theirs,
                    AnotherCustomerProblem,
                    *with_body,
                    TooMany,
                    WrongUserHash,
                    WrongUserToken,
                    *always,
                ),
            ),
            Operation(
                method="POST",
                path=f"{ONE}/seen",
                name="seen",
                summary="Say how far the customer has seen, which the team is shown.",
                needs=Caller.CUSTOMER,
                handler=self.seen,
                query=Nothing,
                body=SeenBody,
                answers={200: Noted},
                problems=(*theirs, *with_body, TooMany, *always),
            ),
            Operation(
                method="POST",
                path=f"{ONE}/escalate",
                name="escalate",
                summary="Hand the conversation over to the team. An escalated one stays as it is.",
                needs=Caller.SERVER,
                handler=self.escalate,
                query=Nothing,
                body=EscalateBody,
                answers={200: Escalated},
                problems=(*theirs, *as_ai, *with_body, *always),
            ),
            Operation(
                method="POST",
                path=f"{ONE}/resume",
                name="resume",
                summary="Go on with the AI instead of waiting. With the AI already, nothing changes.",
                needs=Caller.CUSTOMER,
                handler=self.resume,
                query=Nothing,
                body=ResumeBody,
                answers={200: Resumed},
                problems=(*theirs, NotWaitingProblem, *as_ai, *with_body, TooMany, *always),
            ),
            Operation(
                method="POST",
                path=f"{ONE}/address",
                name="address",
                summary="Leave an e-mail address while waiting, where the team can write. The wait goes on.",
                needs=Caller.CUSTOMER,
                handler=self.address,
                query=Nothing,
                body=AddressBody,
                answers={200: AddressKept},
                problems=(*theirs, NotWaitingProblem, *with_body, TooMany, *always),
            ),
        )

    async def start(self, call: OperationCall[StartBody, Nothing]) -> OperationAnswer:
        if call.caller is not Caller.SERVER:
            address = address_of(call.request, trusted_proxies=self._proxies)
            for one in (address, *wider_than(address)):
                self._starts.count(one)
            self._starts_in_all.count("")
        body = call.body
        customer = self._identity.customer(body.customer or CustomerBody())
        if customer.locale is None:
            spoken = preferred_language(call.request.headers.get("Accept-Language"))
            customer = replace(customer, locale=spoken)
        conversation, is_new = await self._desk.start(
            channel=body.channel,
            inbox=body.inbox,
            customer=customer,
            client_id=body.client_id,
            by=SERVER if call.caller is Caller.SERVER else started_by(customer),
        )
        self._metrics.conversations_started += is_new
        started = Started(
            conversation_id=conversation.id,
            token=self._access.token(conversation.id),
            state=conversation.state.value,
        )
        return OperationAnswer(201 if is_new else 200, started)

    async def show(self, call: OperationCall[Nothing, Nothing]) -> OperationAnswer:
        return OperationAnswer(200, ConversationShown.of(await self._desk.view(call.conversation_id)))

    async def say(self, call: OperationCall[SayBody, Nothing]) -> OperationAnswer:
        body = call.body
        from_ai = body.from_ == "ai"
        if from_ai and call.caller is not Caller.SERVER:
            raise Unauthorized
        self._messages.count(call.conversation_id)
        about, text, client_id = call.conversation_id, body.text, body.client_id
        if from_ai and body.attachments:
            # Only customers upload.
            raise UnknownFile
        if from_ai:
            entry, is_new = await self._desk.outside_ai_says(
                about, text, client_id=client_id, epoch=body.epoch
            )
        else:
            entry, is_new = await self._desk.customer_says(
                about, text, client_id=client_id, attachments=body.attachments
            )
        self._metrics.messages_accepted[body.from_] += is_new
        return OperationAnswer(202 if is_new else 200, Said(seq=entry.seq, id=entry.id, epoch=entry.epoch))

    async def identify(self, call: OperationCall[CustomerBody, Nothing]) -> OperationAnswer:
        self._messages.count(call.conversation_id)
        customer = self._identity.customer(call.body)
        return OperationAnswer(200, Identified.of(await self._desk.identify(call.conversation_id, customer)))

    async def page(self, call: OperationCall[Nothing, PageQuery]) -> OperationAnswer:
        after, limit = call.query.after, call.query.limit
        entries = await self._desk.for_customer(call.conversation_id, after=after, limit=limit + 1)
        if not entries:
            await self._desk.view(call.conversation_id)
        return OperationAnswer(200, _page(entries, after=after, limit=limit))

    async def events(self, call: OperationCall[Nothing, ResumeQuery]) -> web.StreamResponse:
        header = call.request.headers.get("Last-Event-ID")
        after = call.query.after if header is None else ResumeQuery.from_header(header).after
        return await self._streams.serve(
            call.request, call.conversation_id, after=after, beat=call.query.beat
        )

    async def seen(self, call: OperationCall[SeenBody, Nothing]) -> OperationAnswer:
        self._glances.count(call.conversation_id)
        await self._desk.customer_saw(call.conversation_id, upto=call.body.seq)
        return OperationAnswer(200, Noted(seq=call.body.seq))

    async def escalate(self, call: OperationCall[EscalateBody, Nothing]) -> OperationAnswer:
        conversation = await self._desk.escalate(
            call.conversation_id, reason=call.body.reason or UNASKED_REASON, epoch=call.body.epoch
        )
        return OperationAnswer(200, Escalated.of(conversation))

    async def resume(self, call: OperationCall[ResumeBody, Nothing]) -> OperationAnswer:
        self._messages.count(call.conversation_id)
        conversation = await self._desk.go_back(
            call.conversation_id, by_program=call.caller is Caller.SERVER, epoch=call.body.epoch
        )
        return OperationAnswer(200, Resumed.of(conversation))

    async def address(self, call: OperationCall[AddressBody, Nothing]) -> OperationAnswer:
        self._messages.count(call.conversation_id)
        kept = await self._desk.leave_address(call.conversation_id, email=call.body.email)
        return OperationAnswer(200, AddressKept.of(kept))


def _page(entries: Sequence[Entry], *, after: int, limit: int) -> ApiModel:
    shown = [EntryShown.of(entry) for entry in entries[:limit]]
    cursor = shown[-1].seq if shown else after
    return Page(data=shown, pagination=Pagination(cursor=cursor, has_more=len(entries) > limit))
