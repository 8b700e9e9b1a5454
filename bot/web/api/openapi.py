"""The description of the API, OpenAPI 3.1, made from the operations that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.api.operation import Operation
from bot.web.api.problems import Compressed, ErrorBody, NotBytes, Problem, TooSlow
from bot.web.callers.access import Caller

TITLE = "Live chat"
_REF = "#/components/schemas/{model}"
_SECURITY: dict[Caller, list[dict[str, list[str]]]] = {
    Caller.ANYONE: [],
    Caller.CUSTOMER: [{"customer": []}, {"server": []}],
    Caller.SERVER: [{"server": []}],
}


def describe(operations: Sequence[Operation[Any, Any]]) -> dict[str, Any]:
    """The whole document, ready for JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": "1",
            "description": "What a chat window or another chatbot needs: conversations, messages, events.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "customer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that starting the conversation gave; good for that one only.",
                },
                "server": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "BOOKBAG_API_KEY; good for every conversation.",
                },
            },
        },
    }


def _operation(operation: Operation[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation),
            *operation.more_parameters,
        ],
        "responses": {
            **{str(status): _answer(shown, operation.gives) for status, shown in operation.answers.items()},
            **_problems(_every_problem(operation)),
        },
        "security": _SECURITY[operation.needs],
    }
    if operation.reads_body:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    elif operation.takes_bytes:
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}
            },
        }
    return described


def _path_parameters(operation: Operation[Any, Any]) -> list[dict[str, Any]]:
    schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in ("conversation_id", "file_id")
        if f"{{{name}}}" in operation.path
    ]


def _query_parameters(operation: Operation[Any, Any]) -> list[dict[str, Any]]:
    fields = operation.query.model_json_schema().get("properties", {})
    return [
        {
            "name": name,
            "in": "query",
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for name, schema in fields.items()
    ]


def _answer(shown: type[BaseModel] | str, gives: Sequence[str]) -> dict[str, Any]:
    if isinstance(shown, str):
        return {"description": shown, "content": {one: {"schema": {"type": "string"}} for one in gives}}
    return {"description": _summary(shown), "content": {"application/json": {"schema": _ref(shown)}}}


def _every_problem(operation: Operation[Any, Any]) -> Sequence[type[Problem]]:
    """Its own, and those that stand before every operation."""
    before: list[type[Problem]] = [Compressed]
    if operation.reads_body:
        before.insert(0, TooSlow)
    if operation.takes_bytes:
        before.insert(0, NotBytes)
    return (*operation.problems, *before)


def _problems(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    """Every status with the problems that have it."""
    return {
        str(status): _problem(status, [one for one in problems if one.status == status])
        for status in sorted({one.status for one in problems})
    }


def _problem(status: int, problems: Sequence[type[Problem]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": " ".join(f"`{problem.code}`: {_summary(problem)}" for problem in problems),
        "content": {"application/json": {"schema": _ref(ErrorBody)}},
    }
    if status in (429, 503):
        header = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
        described["headers"] = {"Retry-After": header}
    return described


def _schemas(operations: Iterable[Operation[Any, Any]]) -> dict[str, Any]:
    models: dict[type[BaseModel], Any] = {ErrorBody: "serialization"}
    for operation in operations:
        if operation.reads_body:
            models[operation.body] = "validation"
        for shown in operation.answers.values():
            if not isinstance(shown, str):
                models[shown] = "serialization"
    _, schema = models_json_schema(list(models.items()), by_alias=True, ref_template=_REF)
    described: dict[str, Any] = schema["$defs"]
    return described


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _summary(described: type) -> str:
    return (described.__doc__ or "").strip().splitlines()[0]
