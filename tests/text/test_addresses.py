"""Which addresses may be followed, and which labels tell the truth about theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.addresses import may_be_followed, names_another_host, names_its_host, spelled
from tests.clocks import processor_time


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example", "http://a.example/", "HTTPS://A.example/b?c=d&e#f", "https://a.example:8080/(b)",
        "https://bücher.example/ü", "http://127.0.0.1:9000/x", "http://[::1]/", "mailto:a@b.example",
        "mailto:a+c@b.example?subject=Hi%20there", "tel:+491234", "https://medium.example/@ana",
    ],
)  # fmt: skip
def test_what_may_be_followed(address: str) -> None:
    assert may_be_followed(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a.example", "/a", "//evil.example", "javascript:alert(1)", "JAVASCRIPT:alert(1)",
        "java\nscript:x",
        " https://a.example", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a.example",
        "slack://open", "https:evil.example", "https:/evil.example", "https:///evil.example", "https://",
        "https://bank.example@evil.example", "https://bank.example\\@evil.example", "https://a b.example",
        "https://a.example/\u202ebc", "https://a.example/\"onclick=x", "https://a.example/<b>", "https://[::1",
        "https://a.example%7Cb", "https://a.example/" + "x" * 2000, "mailto:", "tel:", "mailto:a@b\nBcc:c",
        "https://a.exa\u200bmple",
    ],
)  # fmt: skip
def test_what_may_not_be_followed(address: str) -> None:
    assert not may_be_followed(address)


@pytest.mark.parametrize(
    ("label", "address", "its", "another"),
    [
        ("https://a.example/b", "https://a.example/b", True, False),
        ("a.example/b", "https://a.example/b", True, False),
        ("a.example", "https://www.a.example/b", True, False),
        ("WWW.A.Example", "https://a.example", True, False),
        ("see a.example for more", "https://a.example/b", True, False),
        ("click here", "https://evil.example", False, False),
        ("", "https://evil.example", True, False),
        ("bank.example", "https://evil.example", False, True),
        ("bank.example", "https://bank.example.evil.example", False, True),
        ("https://bank.example/login", "https://evil.example/login", False, True),
        ("a.example and bank.example", "https://a.example", False, True),
        ("b\u200bank.example", "https://evil.example", False, True),
        ("bank\uff0eexample", "https://evil.example", False, True),
        ("bank\u3002example", "https://evil.example", False, True),
        ("ｂａｎｋ.example", "https://evil.example", False, True),
        ("a@b.example", "mailto:a@b.example", True, False),
        ("Version 2.1", "https://a.example", False, False),
    ],
)
def test_what_a_label_says_of_its_address(label: str, address: str, its: bool, another: bool) -> None:
    assert names_its_host(label, address) is its
    assert names_another_host(label, address) is another


@pytest.mark.parametrize(
    ("label", "address", "reads"),
    [
        ("here", "https://a.example", "here (https://a.example)"),
        ("a.example", "https://a.example/", "https://a.example/"),
        ("", "mailto:a@b.example", "a@b.example"),
        ("Call", "tel:+49", "Call (+49)"),
    ],
)
def test_how_a_link_is_spelled(label: str, address: str, reads: str) -> None:
    assert spelled(label, address) == reads


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_address_raises(label: str, address: str) -> None:
    for one in (address, f"https://{address}", f"https://a.example/{address}"):
        may_be_followed(one)
        names_another_host(label, one)


@pytest.mark.parametrize(
    "label", ["a." * 4000, "a" * 8000, "-" * 8000, "a.b-" * 2000, "@" * 8000, "." * 8000]
)
def test_no_label_takes_long(label: str) -> None:
    with processor_time(less_than=1):
        names_another_host(label, f"https://{label}")
        may_be_followed(f"https://{label[:1900]}")
