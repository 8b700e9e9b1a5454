"""Every rule of the sandbox names a source outside this repository, or says that it is assumed."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import sandbox
from sandbox.delivery.feed import DEFAULT_SUBSCRIPTIONS
from sandbox.sources import OURS, RULES
from sandbox.web_api.call import METHODS
from sandbox.web_api.server import MODULES

HOME = Path(sandbox.__file__).parent
# Codes that a refusal does not spell where it is raised, by what is written there instead.
SPELLED_ELSEWHERE = {
    "error": {"cant_update_message", "cant_delete_message", "invalid_blocks", "invalid_arguments"},
    "broken.get(name, 'invalid_arguments')": {
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_arguments",
    },
    "f'invalid_ts_{name}'": {"invalid_ts_oldest", "invalid_ts_latest"},
    "call.text('error')": set[str](),  # api.test gives back what it was asked for
}
SOURCE = re.compile(
    r"docs\.slack\.dev/|api\.slack\.com/|java-slack-sdk, |iamcal/emoji-data|slack-ruby/slack-api-ref"
    r"|[\w.-]+/[\w.-]+ (?:issues?|pull request) \d+|slackapi/node-slack-sdk, "
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(HOME.rglob("*.py")):
        name = path.relative_to(HOME).with_suffix("").as_posix().replace("/", ".")
        if not name.startswith("sources") and not name.endswith("__init__"):
            yield name, ast.parse(path.read_text())


def refusals() -> set[str]:
    """Every code that something in the sandbox refuses with."""
    found: set[str] = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
                continue
            raises = isinstance(node.func, ast.Name) and node.func.id in ("SlackError", "Undelivered")
            if not (raises or ast.unparse(node.func) == "super().__init__") or not node.args:
                continue
            code = node.args[0]
            if isinstance(code, ast.IfExp):
                found |= {str(one.value) for one in (code.body, code.orelse) if isinstance(one, ast.Constant)}
            elif isinstance(code, ast.Constant):
                found.add(str(code.value))
            elif raises:
                found |= SPELLED_ELSEWHERE[ast.unparse(code)]
    return found


def numbers() -> set[str]:
    """The public constants of the sandbox that are or hold a number, or list what is known."""
    found = set()
    for module, tree in modules():
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            holds = isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Constant) and isinstance(one.value, int | float)
                for one in ast.walk(node.value)
            )
            public = [one.id for one in names if re.fullmatch(r"[A-Z][A-Z0-9_]+", one.id)]
            found |= {f"{module}.{name}" for name in public if holds}
    return found


def module_of(place: str) -> str:
    """The module of a dotted name below `sandbox`."""
    parts = place.split(".")
    while parts and not (HOME.joinpath(*parts).with_suffix(".py").exists() or HOME.joinpath(*parts).is_dir()):
        parts.pop()
    return ".".join(parts)


def test_each_rule_has_a_source_or_says_that_it_is_assumed() -> None:
    for rule in RULES:
        assert bool(rule.source) != bool(rule.assumed), rule.name
        assert rule.says.endswith("."), rule.name
        assert not rule.unasked or rule.assumed, rule.name
    assert [name for name, times in Counter(rule.name for rule in RULES).items() if times > 1] == []


def test_every_source_is_outside_this_repository() -> None:
    for rule in RULES:
        for source in filter(None, rule.source.split("; ")):
            assert SOURCE.match(source), (rule.name, source)
            assert not re.search(r"\b(bot|tests|storage|sandbox)/", source), (rule.name, source)


def test_every_error_has_a_rule_and_every_rules_errors_are_raised() -> None:
    assert {code for rule in RULES for code in rule.codes} == refusals()


def test_every_number_has_a_rule_or_is_the_sandboxs_own() -> None:
    named = {place for rule in RULES for place in rule.where} | OURS
    assert sorted(numbers() - named) == []


def test_every_module_has_a_rule_or_is_the_sandboxs_own() -> None:
    named = {module_of(place) for rule in RULES for place in rule.where} | OURS
    # What only holds others together or says a type has no rule of its own.
    parts = {"people.interactions", "payload", "workspace"}
    assert sorted({name for name, _ in modules()} - named - parts) == []


def test_every_method_and_every_event_has_its_page() -> None:
    assert MODULES
    by_name = {rule.name: rule for rule in RULES}
    for name in METHODS:
        assert by_name[name].source == f"docs.slack.dev/reference/methods/{name}"
    for name in DEFAULT_SUBSCRIPTIONS:
        assert by_name[name].source.startswith("docs.slack.dev/reference/events/")
    dotted = {rule.name for rule in RULES if rule.where == ("web_api.call.METHODS",)}
    assert dotted == set(METHODS)


def test_every_place_that_a_rule_names_is_there() -> None:
    for place in [*(place for rule in RULES for place in rule.where), *OURS]:
        module = module_of(place)
        if module == "browser":
            continue
        found = importlib.import_module(f"sandbox.{module}") if module != "__main__" else sandbox
        if place != module:
            reduce(getattr, place.removeprefix(module).strip(".").split("."), found)
