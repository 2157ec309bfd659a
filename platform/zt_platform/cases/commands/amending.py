"""What a clerk changes in an application that has no line of its own in the log: in a draft of the window, or while a
correction is awaited. It goes into the audit record (the applicant's own changes leave none).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zt_platform.actors import Actor, ActorKind
from zt_platform.audit.commands import record
from zt_platform.audit.models import Deed
from zt_platform.cases.models import Case


def note_amendment(case: Case, actor: Actor, what: str, **data: Any) -> None:
    """Write down that a clerk changed this application; ``what`` in words, ``data`` without anything personal."""
    if actor.kind is ActorKind.STAFF:
        number = case.tracking_number or ""
        record(Deed.AMENDED, actor=actor, purpose=what, case_id=case.pk, tracking_number=number, data=data)


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the answers that differ; the answers themselves stay sealed."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
