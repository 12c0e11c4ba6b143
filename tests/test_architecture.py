"""The shape of the house (CONTRIBUTING.md): sizes, templates, imports, secrets."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = {".py": 300, ".html": 300, ".css": 300, ".lua": 300, ".js": 60}
LONGEST_FUNCTION = 40
# Who may write: services, and what every service writes through.
WRITERS = {"members", "services", "commits"}


def files(*suffixes: str) -> list[Path]:
    """Files of ours with these endings, relative to the root; those that git ignores are not ours."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    paths = (Path(name) for name in names if name)
    return [path for path in paths if path.suffix in suffixes and (ROOT / path).is_file()]


def product() -> list[Path]:
    """The Python files that run in production."""
    return [path for path in files(".py") if path.parts[0] in {"controlpanel", "federation"}]


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# Sizes.


def test_no_file_is_too_long() -> None:
    lengths = {path: len(text(path).splitlines()) for path in files(*LONGEST) if not is_migration(path)}
    assert {path: n for path, n in lengths.items() if n > LONGEST[path.suffix]} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{path}:{node.lineno} {node.name} has {length} lines"
        for path in product()
        if not is_migration(path)
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


# Templates.

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.I),
    "an inline handler": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=", re.I),
    "a script address": re.compile(r"javascript:", re.I),
}
OPENING = re.compile(
    r"(?:\{% extends [^%]+%\}\n)?\{% comment %\}(?=.*\bBlocks:)(?=.*\bContext:).*?\{% endcomment %\}", re.S
)


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds_script_or_style(what: str) -> None:
    assert [path for path in files(".html") if INLINE[what].search(text(path))] == []


def test_every_template_opens_by_naming_its_blocks_and_context() -> None:
    assert [path for path in files(".html") if not OPENING.match(text(path))] == []


# Imports, beyond what import-linter's contracts can say, and writes.


def rooms_order() -> list[list[str]]:
    """The layers of the rooms as pyproject.toml gives them, the highest first."""
    contracts = tomllib.loads(text(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(contract["layers"] for contract in contracts if contract["id"] == "rooms")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers]


def test_a_room_the_contracts_do_not_name_is_one_of_the_bracketed_ones() -> None:
    """Such a room may import topology and the panel, be imported from policies upwards, and no more."""
    graph = grimp.build_graph("federation", "controlpanel")
    rooms = {name.rpartition(".")[2] for name in graph.find_children("federation")}
    order = rooms_order()
    bracket = next(layer for layer in order if len(layer) > 1)
    bracket += sorted(rooms - {name for layer in order for name in layer})
    layers = [
        grimp.Layer(*(name for name in layer if name in rooms)) for layer in order if rooms & set(layer)
    ]
    broken = graph.find_illegal_dependencies_for_layers(layers=layers, containers={"federation"})
    assert [f"{found.importer} imports {found.imported}" for found in broken] == []


def test_only_services_write() -> None:
    writes = [
        f"{path}:{node.lineno} calls {node.func.attr}()"
        for path in product()
        if not is_migration(path) and path.stem not in WRITERS and path.parent.name not in WRITERS
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"save", "delete", "bulk_create", "bulk_update"}
        and not is_super(node.func.value)
    ]
    assert writes == []


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


# Expressions: an address, a form or a file never becomes a pattern.


def test_no_lookup_runs_an_expression_in_the_database() -> None:
    """Nor LIKE of our own writing: Django escapes what is typed, and a reader waits for no backtracking."""
    spoken = re.compile(
        r"__i?regex|\bRawSQL\b|\.extra\(|\b(?:I?LIKE|REGEXP|GLOB|SIMILAR TO|RLIKE)\b\s+['\"%?{]"
    )
    assert [path for path in product() if spoken.search(text(path))] == []


def test_every_pattern_is_written_in_the_source() -> None:
    """One that is put together from data runs what somebody else wrote."""
    takers = {
        "compile",
        "match",
        "fullmatch",
        "search",
        "split",
        "sub",
        "subn",
        "findall",
        "finditer",
        "template",
    }
    found = [
        f"{path}:{node.lineno}"
        for path in product()
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call) and is_of(node.func, "re", takers) and not is_written(node)
    ]
    names = [
        f"{path}:{node.lineno}"
        for path in product()
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.ImportFrom) and node.module in {"re", "regex", "fnmatch", "sre_compile"}
    ]
    assert (found, names) == ([], [])


def is_of(function: ast.expr, module: str, names: set[str]) -> bool:
    """Whether ``function`` is one of a module's, called by its full name."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in names
        and isinstance(function.value, ast.Name)
        and function.value.id == module
    )


def is_written(call: ast.Call) -> bool:
    """Whether the first argument stands there as it is, or is put together from constants of the module."""
    parts = call.args[0].values if call.args and isinstance(call.args[0], ast.JoinedStr) else call.args[:1]
    values = [part.value if isinstance(part, ast.FormattedValue) else part for part in parts]
    return bool(values) and all(
        isinstance(each, ast.Constant) or (isinstance(each, ast.Name) and each.id.isupper())
        for each in values
    )


# What must not be told.


def test_pins_and_recipes_name_no_address() -> None:
    """Where packages come from is the machine's business."""
    recipes = [*ROOT.glob("requirements*"), ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    told = re.compile(r"--(?:extra-)?index-url|--find-links|file:/|https?://(?!127\.0\.0\.1)")
    assert [path.name for path in recipes if told.search(path.read_text())] == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    folder = re.compile(r"(?<![\w./-])/(?:root|work|opt|Users)/\w")
    kinds = (".py", ".md", ".html", ".txt", ".in", ".toml", ".po", ".js", ".css", ".lua", "")
    assert [path for path in files(*kinds) if folder.search(text(path))] == []
