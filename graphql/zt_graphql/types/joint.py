"""Joint handling: the register entry of a case, and the tasks of its participants."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

import graphene
from graphene_django import DjangoObjectType

from zt_graphql.fields import BatchedField, WeighedField
from zt_graphql.types.cases import CaseSummary
from zt_graphql.types.enums import (
    DefaultKindEnum,
    JointActEnum,
    JointAttendanceEnum,
    JointMeetingKindEnum,
    JointMeetingStateEnum,
    JointNeglectEnum,
    JointOpinionEnum,
    JointSideEnum,
    JointStageEnum,
    JointTaskStatusEnum,
    LightEnum,
)
from zt_graphql.types.uploads import Attachment
from zt_platform.joint import models, queries
from zt_tenants.clock import now

LINES_RECKONED = 5
MEETINGS_RECKONED = 2
TASKS_RECKONED = 5


class JointAttendanceLine(graphene.ObjectType):
    """One participant who was called to a meeting."""

    task_id = graphene.UUID(required=True, resolver=lambda line, _info: line[0])
    unit = graphene.String(required=True, resolver=lambda line, _info: line[1])
    attendance = graphene.Field(
        JointAttendanceEnum, resolver=lambda line, _info: line[2], description="Null until it is kept."
    )


class JointMeeting(graphene.ObjectType):
    """A meeting of participants: coordination, survey, drawing review or acceptance check (H-04, H-09)."""

    id = graphene.ID(required=True)
    kind = graphene.Field(JointMeetingKindEnum, required=True)
    state = graphene.Field(JointMeetingStateEnum, required=True)
    subject = graphene.String(required=True)
    place = graphene.String(required=True)
    at = graphene.DateTime(required=True)
    convened_at = graphene.DateTime(required=True)
    convened_by = graphene.String(required=True)
    lines = graphene.List(
        graphene.NonNull(JointAttendanceLine),
        required=True,
        description="Who was called; a participant sees its own line only.",
    )
    minutes = graphene.String(required=True)
    closed_at = graphene.DateTime(description="When attendance and minutes were kept.")
    closed_by = graphene.String(required=True)
    cancelled_at = graphene.DateTime()


class JointCoordination(graphene.ObjectType):
    """A disagreement that the centre coordinated; it changes nobody's opinion (H-12)."""

    at = graphene.DateTime(required=True)
    by = graphene.String(required=True)
    parties = graphene.String(required=True)
    opinion = graphene.String(required=True)
    outcome = graphene.String(required=True)


class JointProgress(graphene.ObjectType):
    """How far the asking has come."""

    asked = graphene.Int(required=True)
    answered = graphene.Int(required=True, description="By a person, or deemed.")
    deemed = graphene.Int(required=True, description="Silence that counts as consent.")
    open = graphene.Int(required=True, description="Still owed.")
    objections = graphene.Int(required=True)


class JointTaskLine(graphene.ObjectType):
    """One act on a task."""

    act = graphene.Field(JointActEnum, required=True)
    at = graphene.DateTime(required=True, resolver=lambda line, _info: line.moment)
    by = graphene.String(required=True, description="Name of the person; empty when it happened by itself.")
    centre_name = graphene.String(required=True, resolver=lambda line, _info: line.centre)
    text = graphene.String(required=True)
    opinion = graphene.Field(JointOpinionEnum, resolver=lambda line, _info: line.opinion or None)


class JointFact(graphene.ObjectType):
    """One answer of the applicant's form that the participant was given."""

    label = graphene.String(required=True, resolver=lambda pair, _info: pair[0])
    value = graphene.String(required=True, resolver=lambda pair, _info: pair[1])


class JointMaterial(graphene.ObjectType):
    """One paper of the case that the participant was given."""

    code = graphene.String(required=True)
    name = graphene.String(required=True)
    file = graphene.Field(Attachment, required=True)


class JointFacts(graphene.ObjectType):
    """What the participant was given of the case: no more than the opinion needs."""

    applicant_name = graphene.String(required=True)
    applicant_id = graphene.String(required=True, description="Masked.")
    form = graphene.List(graphene.NonNull(JointFact), required=True)
    materials = graphene.List(graphene.NonNull(JointMaterial), required=True)


class JointDefault(graphene.ObjectType):
    """A rule by which silence counts as consent, as it was told when the participant was asked."""

    kind = graphene.Field(DefaultKindEnum, required=True, resolver=lambda pair, _info: pair[0])
    legal_basis = graphene.String(required=True, resolver=lambda pair, _info: pair[1])


def _opinion_files(tasks: Collection[models.JointTask]) -> dict[models.JointTask, list[Any]]:
    files = queries.files_of_all(tasks)
    return {task: [files[pk] for pk in task.opinion_files if pk in files] for task in tasks}


class JointTask(DjangoObjectType):
    """A participant's part of a joint case as this centre holds it: asked elsewhere, asked here, or inside the centre."""

    side = graphene.Field(JointSideEnum, required=True)
    status = graphene.Field(JointTaskStatusEnum, required=True)
    opinion = graphene.Field(JointOpinionEnum, description="Null until it is given or deemed.")
    neglect = graphene.Field(JointNeglectEnum, description="What was left undone at the limit; null for nothing.")
    light = graphene.Field(LightEnum, required=True, description="How late the opinion is, as read now.")
    unit = graphene.String(required=True, description="Who is asked: department or centre.")
    opinion_files = BatchedField(
        graphene.NonNull(graphene.List(graphene.NonNull(Attachment))),
        key=lambda task: task,
        batch=_opinion_files,
        size=2,
    )
    deemed_ground = graphene.Field(DefaultKindEnum, description="By which rule silence counted as consent.")
    deemed_basis = graphene.String(description="Its legal basis.")
    defaults = graphene.List(graphene.NonNull(JointDefault), required=True)
    meetings = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(JointMeeting))),
        size=MEETINGS_RECKONED,
        resolver=lambda task, _info: task.meeting_list,
    )
    history = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(JointTaskLine))),
        size=LINES_RECKONED,
        resolver=lambda task, _info: task.lines,
    )
    acts = graphene.List(graphene.NonNull(JointActEnum), required=True, description="What the caller may do with it.")

    class Meta:
        model = models.JointTask
        fields = (
            "task_id",
            "tracking_number",
            "register_number",
            "item_code",
            "item_name",
            "part",
            "lead_code",
            "lead_name",
            "lead_department",
            "participant_code",
            "participant_name",
            "department_name",
            "asked_at",
            "asked_by",
            "due_at",
            "signed_at",
            "signed_by",
            "opinion_at",
            "opinion_by",
            "opinion_text",
            "paper_number",
            "recalled_at",
            "ended_at",
            "lock_version",
        )

    @staticmethod
    def resolve_opinion(task: Any, _info: Any) -> str | None:
        """Null until there is one."""
        return task.opinion or None

    @staticmethod
    def resolve_neglect(task: Any, _info: Any) -> str | None:
        """Null for nothing."""
        return task.neglect or None

    @staticmethod
    def resolve_light(task: Any, _info: Any) -> Any:
        """Read now."""
        return task.light_at(now())

    @staticmethod
    def resolve_deemed_ground(task: Any, _info: Any) -> str | None:
        """Null unless it counts as consent."""
        return task.deemed_ground or None

    @staticmethod
    def resolve_deemed_basis(task: Any, _info: Any) -> str | None:
        """Null unless it counts as consent."""
        return task.deemed_consent.basis if task.deemed_ground else None

    @staticmethod
    def resolve_defaults(task: Any, _info: Any) -> list[tuple[str, str]]:
        """Kind and basis."""
        return list(task.defaults.items())

    @staticmethod
    def resolve_acts(task: Any, info: Any) -> Any:
        """By the table and the caller's role; one look-up for all tasks beside it."""
        batch = partial(queries.acts_for_many, info.context.actor)
        return info.context.siblings.load(task, what="JointTask.acts", key=lambda one: one, batch=batch)


class JointTaskInFull(graphene.ObjectType):
    """One task with what was given of the case; reading that is written down."""

    task = graphene.Field(JointTask, required=True, resolver=lambda task, _info: task)
    facts = graphene.Field(JointFacts, required=True)

    @staticmethod
    def resolve_facts(task: Any, info: Any) -> JointFacts:
        """The sealed part, with its files."""
        info.context.note_task_reading(task.tracking_number)
        facts = queries.facts_of(task)
        return JointFacts(
            applicant_name=facts.applicant_name,
            applicant_id=facts.applicant_id,
            form=facts.form,
            materials=queries.materials_of(task),
        )


def _of_register(name: str) -> Any:
    """A resolver: the attribute of the case's register entry."""
    return lambda case, _info: getattr(queries.register_of_case(case), name)


class JointCase(graphene.ObjectType):
    """A case in the register of joint cases (H-06)."""

    case = WeighedField(graphene.NonNull(CaseSummary), resolver=lambda case, _info: case)
    number = graphene.String(required=True, resolver=_of_register("number"), description="In the register.")
    stage = graphene.Field(JointStageEnum, required=True, resolver=_of_register("stage"))
    lead_department = graphene.String(required=True, resolver=_of_register("lead_department"))
    opened_at = graphene.DateTime(required=True, resolver=_of_register("opened_at"))
    opened_by = graphene.String(required=True, resolver=_of_register("opened_by"))
    ended_at = graphene.DateTime(resolver=_of_register("ended_at"), description="When it was decided or ended.")
    meetings = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(JointMeeting))),
        size=MEETINGS_RECKONED,
        resolver=_of_register("meetings"),
    )
    coordinations = WeighedField(
        graphene.NonNull(graphene.List(graphene.NonNull(JointCoordination))),
        size=MEETINGS_RECKONED,
        resolver=_of_register("coordinations"),
    )
    progress = BatchedField(JointProgress, key="tracking_number", batch=queries.progress_of_many)
    tasks = BatchedField(
        graphene.NonNull(graphene.List(graphene.NonNull(JointTask))),
        key="tracking_number",
        batch=queries.tasks_of_many,
        missing=list,
        size=TASKS_RECKONED,
        description="Every participant that was asked, in the order of asking.",
    )


class JointCandidate(graphene.ObjectType):
    """A department or centre that can be asked."""

    centre_code = graphene.String(required=True)
    centre_name = graphene.String(required=True)
    department_code = graphene.String(required=True, description="Empty: the centre as a whole.")
    department_name = graphene.String(required=True)
    usual = graphene.Boolean(required=True, description="Asked before about this item.")


class JointFigures(graphene.ObjectType):
    """What was done since a day (H-10), and what joint handling is worth (H-11)."""

    projects = graphene.Int(required=True, description="Cases that were registered.")
    meetings = graphene.Int(required=True)
    surveys = graphene.Int(required=True, description="Meetings that were site surveys.")
    tasks = graphene.Int(required=True)
    neglected = graphene.Int(required=True)
    deemed = graphene.Int(required=True)
    joint_median_days = graphene.Float(description="Working days from acceptance to decision; null without a case.")
    other_median_days = graphene.Float(description="The same of all other cases.")
