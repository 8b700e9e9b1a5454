"""The demo's two plays, as their users run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.demo.replay import BadRecording, read_recordings

RECORDINGS = Path(__file__).parent / "recordings.jsonl"


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_story_is_seen_at_both_ends() -> None:
    ended = demo("--once")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Every step was seen at both ends" in ended.stdout
    # One post, told once.
    assert ended.stdout.count("Ana allowed AI replies") == 1


def test_recorded_conversations_come_out_as_they_went_in() -> None:
    ended = demo("--once", "--play", str(RECORDINGS))
    assert (ended.returncode, ended.stderr) == (0, "")
    turns = sum(len(recording.turns) for recording in read_recordings(RECORDINGS))
    assert f"4 conversations, {turns} messages: both sides equal the recording" in " ".join(
        ended.stdout.split()
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1"),
        ('{"id": "x"}', "'turns'"),
        ('{"id": "x", "turns": [{"from": "ai", "text": "Hi"}]}', "the customer begins"),
        ('{"id": "x", "turns": [{"from": "nobody", "text": "Hi"}]}', "“customer” or “ai”"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line)
    with pytest.raises(BadRecording, match=says):
        read_recordings(path)
    ended = demo("--once", "--play", str(path))
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr + ended.stdout


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff\xfe", b"", b"\n\n", b"[" * 100_000])
def test_a_file_of_another_kind_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=r"picture\.png"):
        read_recordings(path)


def test_the_recordings_hold_what_is_hard() -> None:
    said = json.dumps(
        [text for recording in read_recordings(RECORDINGS) for _, text in recording.turns],
        ensure_ascii=False,
    )
    for hard in ("<", "&", "שלום", "🎉", "https://", "*", "`"):
        assert hard in said
