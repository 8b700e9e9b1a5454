"""The description is valid, says what is served, and what is served keeps to it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from storage.engine.database import Database

from .house import API_KEY, House


async def _description(house: House) -> Any:
    return (await house.ask("GET", "/openapi.json")).json


async def test_every_operation_is_described(house: House) -> None:
    described = await _description(house)
    served = {
        (route.method, resource.canonical)
        for resource in house.app.router.resources()
        for route in resource
        if resource.canonical.startswith("/v1/")
    }
    assert described["openapi"] == "3.1.0"
    assert served == {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }


async def test_its_schemas_are_valid_and_all_there(house: House) -> None:
    described = await _description(house)
    schemas = described["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for reference in _references(described):
        assert reference.removeprefix("#/components/schemas/") in schemas


async def test_it_warns_that_a_client_id_opens_the_conversation(house: House) -> None:
    described = await _description(house)
    text = described["components"]["schemas"]["StartBody"]["properties"]["client_id"]["description"]
    assert "unguessable" in text


async def test_who_may_call_is_described(house: House) -> None:
    paths = (await _description(house))["paths"]
    one = "/v1/conversations/{conversation_id}"
    assert paths["/v1/conversations"]["post"]["security"] == []
    assert paths[f"{one}/messages"]["post"]["security"] == [{"customer": []}, {"server": []}]
    assert paths[f"{one}/escalate"]["post"]["security"] == [{"server": []}]


async def test_every_error_is_described_with_its_code(house: House) -> None:
    described = await _description(house)
    say = described["paths"]["/v1/conversations/{conversation_id}/messages"]["post"]["responses"]
    assert set(say) == {"200", "202", "401", "404", "408", "409", "413", "415", "422", "429", "500", "503"}
    assert "`ai_paused`" in say["409"]["description"]
    assert "Retry-After" in say["429"]["headers"]
    for operation in (one for path in described["paths"].values() for one in path.values()):
        assert "without Content-Encoding" in operation["responses"]["415"]["description"]
        reads_json = "application/json" in operation.get("requestBody", {}).get("content", {})
        assert ("408" in operation["responses"]) is reads_json


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


async def test_what_is_served_keeps_to_it(database: Database, tmp_path: Path) -> None:
    """Schemathesis, with and without sense; the stream is left out because it does not end by itself."""
    # What kind of file some bytes are, and what a token proves, no schema can say.
    (tmp_path / "schemathesis.toml").write_text(
        "".join(
            f'[[operations]]\ninclude-operation-id = "{name}"\n'
            "checks.positive_data_acceptance.enabled = false\n"
            for name in ("upload", "start", "identify")
        )
    )
    async with House(database, identity_secret=None) as house:
        await house.chat()
        running = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{house.base}/openapi.json",
            *("--header", f"Authorization: Bearer {API_KEY}"),
            *("--exclude-operation-id", "events"),
            *("--phases", "coverage,fuzzing,stateful"),
            *("--mode", "all"),
            *("--max-examples", "8"),
            *("--generation-deterministic",),
            *("--request-timeout", "10"),
            *("--no-color",),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()
    assert "11 selected / 12 total" in said.decode()
