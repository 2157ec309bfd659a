"""Silence that counts as consent (G-06): done by the system for many tasks at once, on a paper each, told to everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.catalogue.defaults import DefaultRule
from zt_platform.catalogue.kinds import DefaultKind
from zt_platform.catalogue.models import Item
from zt_platform.joint import outgoing, telling
from zt_platform.joint.casebook import Line, line, progress_note
from zt_platform.joint.models import HistoryLine, JointTask
from zt_platform.joint.papers import deemed_content
from zt_platform.joint.rules import Deemed
from zt_platform.joint.states import permitted_edge
from zt_platform.joint.vocabulary import Act, Opinion, Side
from zt_platform.papers.commands import NewPaper, issue_papers
from zt_platform.papers.kinds import PaperKind
from zt_tenants.context import current_centre

RuleBook = Mapping[str, Sequence[DefaultRule]]


def rule_book(item_codes: Sequence[str]) -> RuleBook:
    """The default rules of items, by code; one statement, none without items."""
    if not item_codes:
        return {}
    rows = Item.objects.filter(code__in=sorted(set(item_codes))).values_list("code", "default_rules")
    return {code: [DefaultRule.from_stored(stored) for stored in rules] for code, rules in rows}


def basis_of(task: JointTask, kind: DefaultKind, deemed: Deemed, book: RuleBook) -> str:
    """The legal basis on which this silence counts; '' when it does not.

    The participant was told when it was asked, and the rule is still on at the moment that counts.
    """
    told = task.defaults.get(kind.value, "")
    on = any(rule.kind == kind and rule.covers(deemed.at) for rule in book.get(task.item_code, ()))
    return told if told and on else ""


def found_deemed(task: JointTask, deemed: Deemed, book: RuleBook) -> Deemed | None:
    """The consent with its legal basis; None when no rule lets this silence count."""
    basis = basis_of(task, deemed.ground, deemed, book)
    if not basis:
        return None
    overtime = basis_of(task, DefaultKind.OVERTIME, deemed, book) if deemed.ground is DefaultKind.INACTION else ""
    return replace(deemed, basis=basis, overtime_basis=overtime)


def deem_all(
    found: Sequence[tuple[JointTask, Deemed]], cases: Mapping[str, Case], others: Sequence[JointTask]
) -> list[Line]:
    """Let tasks count as consented (not saved), issue their papers, tell participants and leads; the lines for the log.

    ``others`` are all tasks of these cases, for how far the asking has come. The same number of statements for any number.
    """
    if not found:
        return []
    system, centre = Actor.system(), current_centre()
    wanted = [
        NewPaper(
            PaperKind.JOINT_DEEMED,
            cases[task.tracking_number].department,
            task.tracking_number,
            deemed_content(cases[task.tracking_number], task, deemed),
        )
        for task, deemed in found
    ]
    for (task, deemed), paper in zip(found, issue_papers(wanted, actor=system), strict=True):
        deemed = replace(deemed, paper=paper.number)
        task.status = permitted_edge(task.status, Act.DEEM, task.side).target
        task.opinion, task.opinion_at, task.opinion_by = Opinion.DEEMED_CONSENT, deemed.at, system.name
        task.deemed = deemed.to_stored()
        task.note(HistoryLine(Act.DEEM, deemed.at.isoformat(), system.name, centre.name, deemed.basis))
    tasks = [task for task, _ in found]
    outgoing.send_deemed([task for task in tasks if task.side == Side.LEAD])
    telling.tell_participants([task for task in tasks if task.side == Side.LOCAL], telling.deemed)
    telling.tell_leaders(tasks, telling.deemed)
    return [_line(task, cases[task.tracking_number], system, others) for task in tasks]


def _line(task: JointTask, case: Case, system: Actor, others: Sequence[JointTask]) -> Line:
    said, counts = progress_note([other for other in others if other.tracking_number == task.tracking_number])
    data = {"deemed": True, "ground": task.deemed["ground"], "legal_basis": task.deemed["basis"]}
    return line(case, Step.OPINION_DEEMED, system, said, public=True, task=str(task.task_id), **data, **counts)
