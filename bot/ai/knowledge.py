"""The folder of Markdown the AI answers from."""

import re
from dataclasses import dataclass
from pathlib import Path

MAX_FILES = 500
MAX_FILE_BYTES = 200_000
MAX_TOTAL_BYTES = 5_000_000

EXAMPLE = Path(__file__).parent / "knowledge"
"""The folder shipped with the program: an invented outdoor shop."""

_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)")
_BULLET = re.compile(r"^(\s*)[-*+]\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


class KnowledgeError(ValueError):
    """The knowledge folder cannot be used. Names the file, and what to mend."""


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading, without it. `titles` are the document's title and the heading."""

    titles: tuple[str, ...]
    text: str

    def plain(self) -> str:
        """The text for a chat: no Markdown signs, links as "words (address)", bullets as "•"."""
        text = _IMAGE.sub("", self.text)
        text = _LINK.sub(r"\1 (\2)", text)
        text = _BULLET.sub(r"\1• ", text)
        return _EMPHASIS.sub(r"\2", text).strip()


@dataclass(frozen=True, slots=True)
class Document:
    """One file, as written."""

    name: str
    text: str

    def sections(self) -> tuple[Section, ...]:
        """Split at the headings. A heading with nothing under it is no section."""
        sections: list[Section] = []
        titles: tuple[str, ...] = ()
        body: list[str] = []
        fenced = False
        for line in [*self.text.splitlines(), "# end"]:
            fenced ^= bool(_FENCE.match(line))
            heading = None if fenced else _HEADING.match(line)
            if heading is None:
                body.append(line)
                continue
            if text := "\n".join(body).strip():
                sections.append(Section(titles, text))
            titles = (*titles[:1], heading[1])
            body = []
        return tuple(sections)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All documents, in the order of their names; at least one."""

    documents: tuple[Document, ...]

    def sections(self) -> tuple[Section, ...]:
        """Every section of every document."""
        return tuple(section for document in self.documents for section in document.sections())


def load(folder: Path) -> Knowledge:
    """Read every `*.md` directly in the folder.

    At most 500 files, 200,000 bytes each and 5,000,000 together, in UTF-8. Raises `KnowledgeError`.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"{folder} is not a folder: create it, with at least one .md file")
    paths = sorted(path for path in folder.glob("*.md") if path.is_file())
    if len(paths) > MAX_FILES:
        raise KnowledgeError(f"{folder} holds {len(paths)} .md files: at most {MAX_FILES} are read")
    documents = tuple(Document(path.name, text) for path in paths if (text := _read(path)).strip())
    if not documents:
        raise KnowledgeError(f"{folder} holds no .md file with text in it")
    total = sum(len(document.text.encode()) for document in documents)
    if total > MAX_TOTAL_BYTES:
        raise KnowledgeError(
            f"{folder} holds {total:,} bytes of Markdown: at most {MAX_TOTAL_BYTES:,} are read"
        )
    return Knowledge(documents)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise KnowledgeError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > MAX_FILE_BYTES:
        raise KnowledgeError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes: split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
