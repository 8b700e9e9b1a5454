"""The package as others see it."""

import subprocess
import sys
import warnings
from pathlib import Path
from typing import get_args

import pytest

from bot.ai import DEFAULT_MODEL, make_ai
from bot.ai.knowledge import KnowledgeError


def output_of(script: str) -> str:
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()


@pytest.mark.parametrize("module", ["bot.ai", "bot.ai.interface", "bot.ai.offline.answers"])
def test_importing_does_not_import_the_sdk(module: str) -> None:
    script = (
        f"import sys, {module}\nfrom bot.ai import make_ai\nmake_ai('offline')\n"
        "print({'anthropic', 'httpx2', 'pydantic', 'aiohttp'} & set(sys.modules))"
    )
    assert output_of(script) == "set()"


def test_the_package_knows_no_other_part_of_the_program() -> None:
    script = (
        "import sys, bot.ai.claude.client\n"
        "print([m for m in sys.modules if m.startswith(('bot.', 'storage', 'sandbox', 'slack'))"
        " and not m.startswith('bot.ai')])"
    )
    assert output_of(script) == "[]"


def test_the_default_model_is_known_and_not_at_its_end() -> None:
    from anthropic.resources.messages.messages import DEPRECATED_MODELS
    from anthropic.types import ModelParam

    assert DEFAULT_MODEL in get_args(get_args(ModelParam)[0])
    assert DEFAULT_MODEL not in DEPRECATED_MODELS


async def test_both_kinds_can_be_made() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ("claude", "offline"):
            ai = make_ai(kind, api_key="sk-ant-fake-not-a-key")
            await ai.close()


def test_what_cannot_be_made_says_why(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="external"):
        make_ai("external")  # type: ignore[arg-type]  # what a wrong setting would pass
    with pytest.raises(ValueError, match="needs an API key"):
        make_ai("claude")
    with pytest.raises(KnowledgeError, match=str(tmp_path)):
        make_ai("offline", knowledge_dir=tmp_path)
