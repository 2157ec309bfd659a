"""What is wrong with a delivery: where, what, and what the department should do. Never the value itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of a report; ``line`` counts from 1 (a record's number in JSON), None where it has no line."""

    zh: str
    en: str
    file: str = ""
    line: int | None = None
    field: str = ""

    @property
    def place(self) -> str:
        """File, line and field, as far as they are known."""
        parts = (self.file, f"line {self.line}" if self.line else "", self.field)
        return " · ".join(part for part in parts if part)


class Unreadable(Exception):
    """A file cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.en)


_WAY_OUT: Final = (
    "请改正后以新的清单编号(manifest_id)重新投递；本目录中的文件核对后可以删除。",
    "Correct it and deliver it again under a new manifest_id; the files in this folder may be deleted afterwards.",
)


def report_text(name: str, problems: Sequence[Problem]) -> str:
    """The report for people."""
    lines = [f"投递 {name} 未入库，原因如下。", f"The delivery {name} was not taken. Why:", ""]
    for problem in problems:
        lines += [f"* {problem.place}: {problem.zh}" if problem.place else f"* {problem.zh}", f"  {problem.en}"]
    return "\n".join([*lines, "", *_WAY_OUT, ""])


def report_json(name: str, problems: Sequence[Problem]) -> str:
    """The report for programs."""
    found = {"delivery": name, "problems": [asdict(problem) for problem in problems], "way_out": list(_WAY_OUT)}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
