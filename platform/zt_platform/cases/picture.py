"""The transition table as a page of the documentation: ``python -m zt_platform.cases.picture > docs/case-states.md``.

A test compares the page with the code, so that the picture is never older than the table.
"""

from __future__ import annotations

import os
import sys

import django
from django.utils.translation import override

from zt_platform.cases.states import TRANSITIONS, Transition
from zt_platform.cases.vocabulary import CaseRole, Status

_HEAD = """# The states of a case

Generated from `zt_platform.cases.states` by `python -m zt_platform.cases.picture > docs/case-states.md`; do not edit.

One case is one row at each centre that has a part in it. The *role* says which part: `SOLE` (this centre accepts and
decides), `ACCEPTING` (it accepts, another decides), `DECIDING` (it decides for another), `PORTAL` (it handed the
application down before acceptance). An action in *italics* is done by another centre's signed message.
"""


def case_states_page() -> str:
    """The whole page: statuses, one diagram a role, and the table."""
    with override("zh-hans"):
        parts = [_HEAD, _statuses(), *(_diagram(role) for role in CaseRole), _table()]
    return "\n".join(parts)


def _statuses() -> str:
    lines = ["## Statuses", "", "| status | 中文 |", "|---|---|"]
    lines += [f"| `{status.value}` | {status.label} |" for status in Status]
    return "\n".join([*lines, ""])


def _diagram(role: CaseRole) -> str:
    lines = [f"## {role.value} · {role.label}", "", "```mermaid", "stateDiagram-v2"]
    lines += [
        f"    {_node(edge.source)} --> {_node(edge.target)}: {_arrow_text(edge)}"
        for edge in TRANSITIONS
        if role in edge.roles
    ]
    return "\n".join([*lines, "```", ""])


def _node(status: Status | None) -> str:
    return "[*]" if status is None else status.value


def _arrow_text(edge: Transition) -> str:
    return edge.action.value if edge.becomes is None else f"{edge.action.value} → {edge.becomes.value}"


def _table() -> str:
    lines = ["## The table", "", "| from | action | to | who | role here | step |", "|---|---|---|---|---|---|"]
    for edge in TRANSITIONS:
        action = f"*{edge.action.value}*" if "CENTRE" in edge.who else edge.action.value
        roles = ", ".join(role.value for role in CaseRole if role in edge.roles)
        becomes = f" → {edge.becomes.value}" if edge.becomes else ""
        step = f"{edge.step.value} {edge.step.label}" if edge.step else "—"
        source = edge.source.value if edge.source else "—"
        who = ", ".join(sorted(edge.who))
        lines.append(f"| {source} | {action} | {edge.target.value} | {who} | {roles}{becomes} | {step} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zt_platform.project.settings")
    django.setup()
    sys.stdout.write(case_states_page())
