"""HTML read back by a parser that knows nothing of its writer, and what all of it must keep to."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ALLOWED = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
}  # fmt: skip
_OUT = re.compile(r"(?:https?://[^/?#@\\\s]+(?:[/?#][^\\\s]*)?|(?:mailto|tel):[^\s]+)", re.IGNORECASE)
_LINK = {"rel": "noopener noreferrer nofollow", "target": "_blank"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        given = dict(attrs)
        address = given.pop("href", None)
        if tag == "a":
            assert address is not None
            assert _OUT.fullmatch(address)
            assert given == _LINK
            assert "a" not in self.open
            self.addresses.append(address)
        elif tag == "ol":
            assert not given or re.fullmatch(r"\d{1,9}", given.pop("start") or "")
            assert not given
        else:
            assert not attrs
        if tag == "br":
            self.text.append("\n")
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def checked(html: str) -> tuple[str, list[str]]:
    """The words and the addresses in it, after everything that must hold for all HTML was looked at."""
    # The grammar that the chat window takes, and nothing else.
    assert re.fullmatch(r'(?:</?[a-z]+(?: [a-z]+="[^"<>]*")*>|[^<>]+)*', html)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", html)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return "".join(reader.text), reader.addresses
