"""What a participant does: sign for the contact form, give its opinion, revise it (H-06, H-07, H-12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Step
from zt_platform.crossing_states import Edge
from zt_platform.joint import outgoing, telling
from zt_platform.joint.alarms import act_if_over
from zt_platform.joint.casebook import line, progress_note, write_lines
from zt_platform.joint.errors import TaskNotFound, TaskStandsElsewhere
from zt_platform.joint.locking import locked_task, note, require_unit
from zt_platform.joint.models import JointTask
from zt_platform.joint.states import permitted_edge
from zt_platform.joint.vocabulary import GIVEN_OPINIONS, Act, Opinion, Side, Status
from zt_platform.own_uploads import open_own_upload, own_files
from zt_platform.texts import checked_text
from zt_storage.uploads import UploadTicket
from zt_tenants.clock import now
from zt_tenants.errors import InvalidInput


def sign_for_task(*, actor: Actor, task_id: UUID, expected_version: int | None = None) -> JointTask:
    """Sign for a contact form, with person and time (并联办理单签收制). A task of the whole centre falls to who signs.

    Raises TaskNotFound, NotPermitted, Conflict, TaskStandsElsewhere, CaseNotHere.
    """
    with transaction.atomic():
        case, task = locked_task(task_id, actor, expected_version)
        require_unit(task, actor, telling.SIGNERS)
        task.status = _edge(task, Act.SIGN).target
        _sign(task, actor)
        note(task, Act.SIGN, actor)
        task.save()
        if task.side == Side.PARTICIPANT:
            outgoing.send_signed(task)
        if case is not None:
            write_lines([line(case, Step.JOINT_SIGNED, actor, task.unit, task=str(task.task_id))])
    return task


def open_opinion_upload(*, actor: Actor, task_id: UUID, file_name: str, size: int, content_type: str) -> UploadTicket:
    """A form with which a file for the opinion is sent to the store; confirmed like any upload.

    Raises TaskNotFound, NotPermitted, TaskStandsElsewhere, and what ``open_upload`` of the store raises.
    """
    task = JointTask.objects.filter(task_id=task_id).first()
    if task is None:
        raise TaskNotFound
    require_unit(task, actor, telling.OPINION_GIVERS)
    _edge(task, Act.ANSWER)
    return open_own_upload(actor, file_name=file_name, size=size, content_type=content_type)


def give_opinion(
    *,
    actor: Actor,
    task_id: UUID,
    opinion: Opinion | str,
    text: str = "",
    attachment_ids: Sequence[int] = (),
    expected_version: int | None = None,
) -> JointTask:
    """Give the participant's opinion, or revise it until the case is decided; conditions and objections say why (H-12).

    Who answers has signed for it. Nobody but the participant changes its opinion. In the lead's own centre it comes too late
    once silence counts as consent (G-06), whether the timer has said so yet or not. Raises TaskNotFound, NotPermitted,
    Conflict, TaskStandsElsewhere, CaseNotHere, InvalidInput (opinion, text, files).
    """
    if opinion not in GIVEN_OPINIONS:
        raise InvalidInput(
            field="opinion", zh="请选择同意、附条件同意或不同意。", en="Consent, set conditions, or object."
        )
    plain_consent = opinion == Opinion.CONSENT and not text.strip()
    said = "" if plain_consent else checked_text(text, "text")
    with transaction.atomic():
        case, task = locked_task(task_id, actor, expected_version)
        require_unit(task, actor, telling.OPINION_GIVERS)
        if task.side == Side.LOCAL:
            act_if_over(task_id, now())
            task.refresh_from_db(fields=["status", "neglect", "history", "deemed", "lock_version"])
        task.status = _edge(task, Act.ANSWER).target
        files = own_files(attachment_ids, actor)
        if task.signed_at is None:
            _sign(task, actor)
        take_opinion(task, Opinion(opinion), now(), actor.name, said, [file.pk for file in files])
        note(task, Act.ANSWER, actor, said, opinion=str(opinion), files=task.opinion_files)
        task.save()
        if task.side == Side.PARTICIPANT:
            outgoing.send_opinion(task, files)
        if case is not None:
            tell_of_opinion(case, task, actor)
    return task


def take_opinion(task: JointTask, opinion: Opinion, at: datetime, by: str, text: str, files: Sequence[int]) -> None:
    """Put an opinion on the row (not saved); it takes the place of a consent that was deemed."""
    task.status, task.deemed = Status.ANSWERED, {}
    task.opinion, task.opinion_at = opinion, at
    task.opinion_by, task.opinion_text, task.opinion_files = by[:120], text, list(files)


def tell_of_opinion(case: Case, task: JointTask, actor: Actor) -> None:
    """Tell the lead, and note in the case's log how far the asking has come: publicly, without the opinion itself."""
    others = JointTask.objects.of_case(task.tracking_number).exclude(pk=task.pk).defer("facts")
    said, counts = progress_note([*others, task])
    telling.tell_leaders([task], telling.answered)
    public = task.ended_at is None
    write_lines([line(case, Step.OPINION_GIVEN, actor, said, public=public, task=str(task.task_id), **counts)])


def _edge(task: JointTask, act: Act) -> Edge[Status, Act]:
    if task.ended_at is not None:
        raise TaskStandsElsewhere(act=act.label, status=Act.END.label)
    return permitted_edge(task.status, act, task.side)


def _sign(task: JointTask, actor: Actor) -> None:
    task.signed_at, task.signed_by = now(), actor.name[:120]
    if task.department_id is None and actor.department_id is not None and task.side == Side.PARTICIPANT:
        task.department_id = actor.department_id
