"""Throwing a draft away, taking it back for a while, and emptying it when that while is over.

A draft's first line in the log stays, as every line does; so what was thrown away leaves an empty row behind, which names
nobody and belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases.commands.amending import note_amendment
from zt_platform.cases.commands.ledger import advance, conclude, index_entry, locked_case
from zt_platform.cases.commands.materials import give_up_files
from zt_platform.cases.duties import DISCARDED_KEPT_FOR
from zt_platform.cases.errors import NotADraft
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Action, Status
from zt_platform.index.commands import draft_number, remove_draft_entries, upsert_case_entries
from zt_tenants.clock import now
from zt_tenants.timers import DueTimer, cancel, schedule

TIMER_KIND: Final = "cases.discarded_draft"


def discard_draft(*, actor: Actor, case_id: int, expected_version: int | None = None) -> Case:
    """Throw a draft away. It can be taken back for :data:`DISCARDED_KEPT_FOR`; until then nothing of it is lost.

    Raises CaseNotFound, NotPermitted, NotADraft, CaseChanged.
    """
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version)
        if case.status != Status.DRAFT:
            raise NotADraft
        advance(case, Action.AMEND, actor)
        note_amendment(case, actor, "删除草稿")
        case.discarded_at = now()
        case.client_key = ""  # the same click may begin another one
        schedule(kind=TIMER_KIND, subject=draft_number(case.pk), due_at=case.discarded_at + DISCARDED_KEPT_FOR)
        return _indexed(conclude(case))


def restore_draft(*, actor: Actor, case_id: int, expected_version: int | None = None) -> Case:
    """Take a draft back that was thrown away; it is as it was. Raises CaseNotFound (also: too late), NotPermitted,
    CaseChanged."""
    with transaction.atomic():
        case = locked_case(case_id, actor=actor, expected_version=expected_version, discarded=True)
        advance(case, Action.AMEND, actor)
        note_amendment(case, actor, "恢复草稿")
        case.discarded_at = None
        cancel(subject=draft_number(case.pk), kinds=[TIMER_KIND])
        return _indexed(conclude(case))


def _indexed(case: Case) -> Case:
    entry = index_entry(case, now())
    if entry is not None:
        upsert_case_entries([entry])
    return case


def empty_discarded(due: Sequence[DueTimer]) -> None:
    """What the timer does: nothing of the draft is kept but the empty row. One that was taken back meanwhile stays."""
    wanted = [int(timer.subject.rpartition("-")[2]) for timer in due]
    over = Case.objects.filter(
        pk__in=wanted, status=Status.DRAFT, discarded_at__isnull=False, discarded_at__lte=now() - DISCARDED_KEPT_FOR
    )
    cases = list(over.select_for_update().order_by("pk"))
    remove_draft_entries([case.pk for case in cases])
    give_up_files(cases)
    for case in cases:
        case.remember()
        case.form, case.applicant, case.delivery = {}, {}, None
        case.applicant_name_masked, case.phone_tail_index, case.applicant_account_id = "", b"", None
        case.lock_version += 1
        case.save_changes()
