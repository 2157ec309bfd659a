"""What happened to a case while somebody had an older state of it before him."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from django.utils.translation import override

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.vocabulary import Status, Step
from zt_tenants.errors import Conflict

SHOWN_AT_MOST: Final = 20


class CaseChanged(Conflict):
    """Somebody else moved the case since the person looked at it: ``since`` says who did what.

    ``version`` is the present one: who goes on knowingly gives it back.
    """

    code = "CASE_CHANGED"
    zh = "您打开以后，这件已被他人办理（{what_zh}）。您填写的内容还在，请看过再决定。"
    en = (
        "This case was handled by somebody else since you opened it ({what_en}). Your input is kept; look, then decide."
    )

    def __init__(self, *, version: int, since: Sequence[CaseEvent]) -> None:
        lines = [
            {
                "step": line.step,
                "label": str(Step(line.step).label),
                "at": line.occurred_at,
                "by": line.actor_name,
                "department": line.department_name,
                "centre": line.centre_name,
                "note": line.note,
            }
            for line in since
        ]
        with override("zh-hans"):
            what_zh = "、".join(str(Step(line.step).label) for line in since) or "内容已修改"
        with override("en"):
            what_en = ", ".join(str(Step(line.step).label) for line in since) or "its content was changed"
        super().__init__(field="expected_version", version=version, since=lines, what_zh=what_zh, what_en=what_en)


class ApplicationChanged(CaseChanged):
    """An application that is being filled in was changed in another window or on another device, or by the centre."""

    zh = "这份申请在别的页面或设备上改过（{what_zh}）。您在这里填写的内容还在，请看过再决定。"
    en = (
        "This application was changed on another page or device ({what_en}). What you filled in here is kept; look, then"
        " decide."
    )


def form_mark(case: Case) -> str:
    """A short mark of the answers of an application: it differs when they do."""
    text = json.dumps(case.form, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def require_version(case: Case, expected_version: int | None, actor: Actor) -> None:
    """Refuse politely when the case is not any more what the person looked at; applicants learn public steps only.

    Raises CaseChanged.
    """
    if expected_version is None or case.lock_version == expected_version:
        return
    since = CaseEvent.objects.filter(case=case, case_version__gt=expected_version).order_by("id")
    if actor.kind is not ActorKind.STAFF:
        since = since.filter(public=True)
    own = actor.kind is ActorKind.APPLICANT and case.status in (Status.DRAFT, Status.CORRECTING)
    changed = ApplicationChanged if own else CaseChanged
    raise changed(version=case.lock_version, since=list(since[:SHOWN_AT_MOST]))
