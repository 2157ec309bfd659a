"""Which entries of the catalogue of requirements have a test, and which have none (``make requirements``).

Reads ``docs/requirements.tsv`` and finds ``@pytest.mark.req("E-05", …)`` in the tests by their syntax trees, so that it
needs neither database nor imports. Exits with 1 when a test names an id that the catalogue does not have.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "docs" / "requirements.tsv"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One entry of the catalogue; ``kinds`` says whether it asks for software at all."""

    id: str
    kinds: frozenset[str]
    title: str


def catalogue(path: Path = CATALOGUE) -> dict[str, Requirement]:
    """All requirements by id, in catalogue order."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {row["id"]: Requirement(row["id"], frozenset(row["kind"].split(",")), row["title"]) for row in rows}


def marked_in(source: str) -> Iterator[tuple[str, int]]:
    """The requirement ids named by ``pytest.mark.req(…)`` calls of one module, each with its line.

    Decorators, ``pytestmark`` and marks of single parameters all count.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "req":
            owner = node.func.value
            if isinstance(owner, ast.Attribute) and owner.attr == "mark":
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, node.lineno


def places_by_requirement(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Where each id is tested, as ``tests/…/test_x.py:12``."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        for requirement_id, line in marked_in(path.read_text("utf-8")):
            found[requirement_id].append(f"{path.relative_to(ROOT)}:{line}")
    return dict(found)


def report(requirements: Mapping[str, Requirement], tested: Mapping[str, list[str]]) -> list[str]:
    """The lines to print: tested entries with their tests, then the software entries that have none, then the sum."""
    lines = ["Tested:"]
    for requirement in requirements.values():
        if places := tested.get(requirement.id):
            more = f" (+{len(places) - 1})" if len(places) > 1 else ""
            lines.append(f"  {requirement.id}  {requirement.title:<60} {places[0]}{more}")
    lines.append("Software, no test yet:")
    open_entries = [r for r in requirements.values() if "software" in r.kinds and r.id not in tested]
    lines += [f"  {requirement.id}  {requirement.title}" for requirement in open_entries]
    software = [r for r in requirements.values() if "software" in r.kinds]
    lines.append(
        f"{len(software) - len(open_entries)} of {len(software)} software entries have a test;"
        f" {len([r for r in tested if r in requirements])} of all {len(requirements)} entries."
    )
    return lines


def main() -> int:
    """Print the report; 1 when a test names an unknown id."""
    requirements, tested = catalogue(), places_by_requirement()
    print("\n".join(report(requirements, tested)))
    unknown = {name: places for name, places in tested.items() if name not in requirements}
    for name, places in unknown.items():
        print(f"unknown id {name}: {', '.join(places)}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
