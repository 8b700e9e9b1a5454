"""Which addresses may become links, and what a label says about where it leads."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# White space, controls, quotes, and what turns or hides text: browsers drop or bend some of them on the way.
# A backslash is a slash to a browser and part of a name to everybody else.
_NOT_IN_AN_ADDRESS = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\"<>\\^`{|}\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]"
)
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_DOTS = str.maketrans("\u3002\uff61\uff0e", "...")
_INVISIBLE = re.compile(r"[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_HOST_IN_TEXT = re.compile(r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")


def may_be_followed(address: str) -> bool:
    """Only complete http, https, mailto and tel addresses that no two programs read differently.

    None with a user's name in it: https://bank.example@evil.example leads to the latter.
    """
    if len(address) > 2000 or _NOT_IN_AN_ADDRESS.search(address):
        return False
    scheme, _, rest = address.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        return bool(rest.strip("/?"))
    if scheme.lower() not in ("http", "https") or host(address) is None:
        return False
    return "@" not in urlsplit(address).netloc


def host(address: str) -> str | None:
    """The host of a web address, in lower case; None where there is none that a browser would take."""
    try:
        name = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return None
    return name if _HOST.fullmatch(name) else None


def spelled(label: str, address: str) -> str:
    """A link in plain text: label and address, and only the address where the label says no more."""
    bare = _bare(address)
    return bare if says_no_more(label, address) else f"{label} ({bare})"


def says_no_more(label: str, address: str) -> bool:
    """Whether a label is its address once more, as where a program made the link by itself."""
    bare = _bare(address)
    return not label or label in (address, bare) or label.rstrip("/") == bare.partition("://")[2].rstrip("/")


def names_its_host(label: str, address: str) -> bool:
    """Whether a label says which host it leads to, and names no other."""
    if says_no_more(label, address):
        return True
    named = _hosts_named(label)
    return bool(named) and named == {_without_www(host(address) or "")}


def names_another_host(label: str, address: str) -> bool:
    """Whether a label looks like an address that it does not lead to."""
    return bool(_hosts_named(label)) and not names_its_host(label, address)


def _bare(address: str) -> str:
    return address.removeprefix("mailto:").removeprefix("tel:")


def _hosts_named(label: str) -> set[str]:
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", label)).translate(_DOTS).lower()
    return {_without_www(found[0]) for found in _HOST_IN_TEXT.finditer(seen)}


def _without_www(name: str) -> str:
    return name.removeprefix("www.")
