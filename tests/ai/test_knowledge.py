"""The folder of Markdown: what is read, what is refused, and how it is found."""

from pathlib import Path

import pytest

from bot.ai.knowledge import EXAMPLE, Document, KnowledgeError, load
from bot.ai.search import Index, words


def test_the_example_is_whole() -> None:
    knowledge = load(EXAMPLE)
    assert [document.name for document in knowledge.documents] == [
        "opening-hours.md",
        "payment.md",
        "returns.md",
        "shipping.md",
        "sizes.md",
        "warranty.md",
    ]
    assert all(len(section.titles) == 2 for section in knowledge.sections())


def test_sections_are_split_at_headings_outside_of_code() -> None:
    code = "```\n# not a heading\n```\n"
    text = f"intro\n# Tents\n## Small\nfor *one* and [two](https://a.example)\n{code}## Empty\n"
    first, second = Document("a.md", text).sections()
    assert (first.titles, first.text) == ((), "intro")
    assert second.titles == ("Tents", "Small")
    assert second.plain().startswith("for one and two (https://a.example)")
    assert "# not a heading" in second.text


def test_plain_text_keeps_what_is_not_markdown() -> None:
    text = "# A\n- 2 * 3 * 4\n- **bold** `code` snake_case\n![photo](x.png)"
    (section,) = Document("a.md", text).sections()
    assert section.plain() == "• 2 * 3 * 4\n• bold code snake_case"


def test_a_folder_with_byte_order_marks_and_other_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_bytes("\ufeff# Größen".encode())
    (tmp_path / "a.md").write_text("# A")
    (tmp_path / "empty.md").write_text("\n")
    (tmp_path / "photo.png").write_bytes(b"\xff")
    read = [(document.name, document.text) for document in load(tmp_path).documents]
    assert read == [("a.md", "# A"), ("b.md", "# Größen")]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"missing is not a folder"):
        load(tmp_path / "missing")
    with pytest.raises(KnowledgeError, match=r"no \.md file with text"):
        load(tmp_path)
    bad = tmp_path / "prices.md"
    bad.write_bytes(b"caf\xe9")
    with pytest.raises(KnowledgeError, match=r"prices\.md is not UTF-8 \(byte 3\)"):
        load(tmp_path)
    bad.write_bytes(b"x" * 200_001)
    with pytest.raises(KnowledgeError, match=r"prices\.md is larger than 200,000 bytes"):
        load(tmp_path)


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("x" * 60)
    monkeypatch.setattr("bot.ai.knowledge.MAX_TOTAL_BYTES", 100)
    with pytest.raises(KnowledgeError, match=r"120 bytes"):
        load(tmp_path)
    monkeypatch.setattr("bot.ai.knowledge.MAX_FILES", 1)
    with pytest.raises(KnowledgeError, match=r"2 \.md files"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shipping", "shipped"),
        ("delivered", "delivery"),
        ("Größen", "grosse"),
        ("payment", "pay"),
        ("returns", "returned"),
        ("ＴＥＮＴ", "tents"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert words(one) == words(other) != []


def test_search_ranks_by_rare_words_and_tells_what_is_covered() -> None:
    index = Index(["tent tent boots", "boots", "kayak boots"])
    assert [hit.position for hit in index.search("the tent")] == [0]
    assert index.search("kayak boots")[0].position == 2
    assert index.search("tent")[0].coverage == 1
    assert 0 < index.search("tent zeppelin")[0].coverage < 0.5
    assert index.search("zeppelin") == index.search("") == Index([]).search("tent") == []
