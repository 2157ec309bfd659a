"""The papers of a case's course: special procedures, the extension, termination (art. 42, 45), told in writing."""

from __future__ import annotations

from django.utils.translation import override

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.papers import about, is_provisional, issue, remedies
from zt_platform.cases.vocabulary import SpecialProcedure
from zt_platform.papers import course_builders
from zt_platform.papers.content import Bilingual
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import now, today


def procedure_words(procedure: str) -> Bilingual:
    """A special procedure in both languages."""
    label = SpecialProcedure(procedure).label
    with override("zh-hans"):
        chinese = str(label)
    with override("en"):
        return Bilingual(chinese, str(label).lower())


def issue_pause(case: Case, actor: Actor, *, procedure: str, days: int, reason: str) -> None:
    """特别程序告知书: the applicant is told the time needed, in writing (art. 45)."""
    content = course_builders.pause(
        about(case, decider=True), procedure=procedure_words(procedure), days_needed=days, reason=reason
    )
    issue(PaperKind.PAUSE, case, content, actor)


def issue_resumption(case: Case, actor: Actor, *, procedure: str) -> None:
    """恢复办理告知书, with the limit as it stands now."""
    content = course_builders.resumption(
        about(case, decider=True),
        procedure=procedure_words(procedure),
        ended_on=today(),
        due_at=case.due_at or now(),
        provisional=is_provisional(case.due_at),
    )
    issue(PaperKind.RESUMPTION, case, content, actor)


def issue_extension(case: Case, actor: Actor) -> None:
    """延长办理期限告知书: by how much, why, approved by whom (art. 42). The limit it names is the one that was moved.

    Where the promise had run over already only the statutory limit moved.
    """
    granted = case.extension
    joint = bool(case.clock_basis.get("jointly"))
    limit = case.due_at if granted["promised"] else case.statutory_due_at
    approved_by = f"本级人民政府负责人({granted['ground']})" if joint else "本行政机关负责人"
    content = course_builders.extension(
        about(case, decider=True),
        days=granted["days"],
        reason=granted["reason"],
        approved_by=approved_by,
        due_at=limit or now(),
        provisional=is_provisional(limit),
        joint=joint,
    )
    issue(PaperKind.EXTENSION, case, content, actor)


def issue_termination(case: Case, actor: Actor, reason: str) -> None:
    """终止办理告知书: why there will be no decision, and how to contest that."""
    content = course_builders.termination(
        about(case, decider=True),
        reason=reason,
        legal_basis=case.legal_basis,
        remedies=remedies(case, decider=True),
    )
    issue(PaperKind.TERMINATION, case, content, actor)
