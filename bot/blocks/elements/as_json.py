"""Blocks as JSON: what the SDK's `to_dict` returns, after the same checks, in less time.

The SDK goes through all names of each object, at every call, to find out which of them check it: the
arguments of a card's update took 1.2 ms of a processor, and take 0.4 ms here (docs/numbers.md).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from slack_sdk.models.basic_objects import EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST, JsonObject

_MAY_BE_EMPTY = {(one["type"], one["property"]) for one in EMPTY_ALLOWED_TYPE_AND_PROPERTY_LIST}
_IN_THE_SDKS_WAY = ("to_dict", "validate_json", "get_non_null_attributes", "get_object_attribute")


def as_json(shown: JsonObject) -> dict[str, Any]:
    """The same as `shown.to_dict()`. Raises `SlackObjectFormationError` where that does."""
    kind = type(shown)
    if _has_a_way_of_its_own(kind):
        return {name: _value(value) for name, value in shown.to_dict().items()}
    for check in _checks(kind):
        getattr(shown, check)()
    # Sorted, as the SDK does, so that equal blocks are equal to the letter.
    return {
        name: _value(value)
        for name in sorted(shown.attributes)
        if (value := getattr(shown, name, None)) is not None and not _is_empty(shown, name, value)
    }


def _value(value: Any) -> Any:
    if isinstance(value, JsonObject):
        return as_json(value)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    to_dict = getattr(value, "to_dict", None)
    return value if to_dict is None else {name: _value(one) for name, one in to_dict().items()}


def _is_empty(shown: JsonObject, name: str, value: Any) -> bool:
    return (
        hasattr(value, "__len__")
        and len(value) == 0
        and (getattr(shown, "type", None), name) not in _MAY_BE_EMPTY
    )


@cache
def _has_a_way_of_its_own(kind: type[JsonObject]) -> bool:
    return any(getattr(kind, name) is not getattr(JsonObject, name) for name in _IN_THE_SDKS_WAY)


@cache
def _checks(kind: type[JsonObject]) -> tuple[str, ...]:
    return tuple(name for name in dir(kind) if hasattr(getattr(kind, name, None), "validator"))
