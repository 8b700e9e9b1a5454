"""Collecting what is wrong with a payload, with the JSON pointer to where."""

from __future__ import annotations

from typing import Any


class Complaints:
    """The list of what Slack would refuse; its checks never raise."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, what: str, path: str) -> None:
        self.found.append(f"{what} [json-pointer:{path}]")

    def string(self, value: object, path: str, *, longest: int | None = None, least: int = 1) -> None:
        """A required string within its length."""
        if value is None:
            parent, _, name = path.rpartition("/")
            self.add(f"missing required field: {name}", parent)
        elif not isinstance(value, str):
            self.add("must be a string", path)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", path)
        elif longest is not None and len(value) > longest:
            self.add(f"must be less than {longest + 1} characters", path)

    def count(self, value: object, path: str, *, most: int | None = None, least: int = 1) -> list[Any]:
        """The list itself where it is one, so that its items can be checked further."""
        if not isinstance(value, list):
            self.add("must be an array", path)
            return []
        if len(value) < least:
            self.add(f"must have at least {least} item", path)
        elif most is not None and len(value) > most:
            self.add(f"no more than {most} items allowed", path)
        return value

    def text(self, value: object, path: str, *, longest: int, plain_only: bool = False) -> None:
        """A text object: `plain_text` or `mrkdwn`, each with its own flag."""
        before = len(self.found)
        if not isinstance(value, dict):
            if value is None:
                self.string(value, path)
            else:
                self.add("must be an object", path)
            return
        kind = value.get("type")
        if kind not in (("plain_text",) if plain_only else ("plain_text", "mrkdwn")):
            self.add(f"unsupported type: {kind}", f"{path}/type")
        foreign = "verbatim" if kind == "plain_text" else "emoji"
        for key in value.keys() & {foreign} | value.keys() - {"type", "text", "emoji", "verbatim"}:
            self.add(f"invalid additional property: {key}", path)
        self.string(value.get("text"), f"{path}/text", longest=longest)
        if len(self.found) > before:
            self.found.insert(before, f"failed to match all allowed schemas [json-pointer:{path}]")
