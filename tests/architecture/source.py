"""The source of the portal as the tests read it: syntax trees and templates, found once."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("accounts", "common", "community", "config", "dashboards", "funding", "grid"),
    *("notifications", "residents", "servicehall"),
)
# Where requests come in: they read through the named reads of querysets.py and write through actions.
DOORWAYS = ("views", "forms", "api", "templatetags", "admin")
# Where the clock is an argument.
TIMELESS = (
    "actions",
    "facts",
    "models",
    "querysets",
    "transitions",
    "deadlines",
    "routing",
    "rules",
)


@functools.cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the portal but its migrations: path from the root, and tree."""
    return tuple(
        (str(file.relative_to(ROOT)), ast.parse(file.read_text()))
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in file.parts
    )


def parts(path: str) -> set[str]:
    """The folders of a module and its own name: "a/views/b.py" is {"a", "views", "b"}."""
    return set(Path(path).with_suffix("").parts)


def modules_in(*names: str) -> Iterator[tuple[str, ast.Module]]:
    return ((path, tree) for path, tree in modules() if parts(path) & set(names))


@functools.cache
def templates() -> tuple[tuple[str, str], ...]:
    """Every template: its name, as `{% include %}` and views write it, and its text."""
    found = {}
    for folder in (
        ROOT / "templates",
        *(d for p in PACKAGES for d in (ROOT / p).rglob("templates")),
    ):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                found[str(file.relative_to(folder))] = file.read_text()
    return tuple(found.items())


@functools.cache
def tracked() -> tuple[tuple[str, str], ...]:
    """Every text file of the tree that is, or is about to be, committed."""
    git = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = []
    for name in sorted(filter(None, names.split("\0"))):
        file = ROOT / name
        if file.is_file() and b"\0" not in (data := file.read_bytes()):
            found.append((name, data.decode(errors="replace")))
    return tuple(found)


def name_of(node: ast.AST) -> str:
    """The dotted name of an expression: `timezone.now`; "" where there is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = name_of(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return ""
