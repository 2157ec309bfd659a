"""Joint handling: the participants' tasks, the register, its figures (H-05 to H-12)."""

from __future__ import annotations

from datetime import date
from statistics import median
from typing import Any
from uuid import UUID

import graphene

from zt_graphql.arguments import row_id
from zt_graphql.connections import Keyset, SortKey
from zt_graphql.fields import ConnectionField, RootField
from zt_graphql.permissions import STAFF
from zt_graphql.types.enums import JointStageEnum, LightEnum
from zt_graphql.types.joint import JointCandidate, JointCase, JointFigures, JointTask, JointTaskInFull
from zt_platform.cases.queries import case_for
from zt_platform.joint import queries
from zt_platform.joint.queries import TaskFilter
from zt_platform.joint.register_queries import RegisterFilter, decision_days, register_figures, register_for


class JointTaskView(graphene.Enum):
    """A part of the participants' desk."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    RECALLED = "recalled"


class JointRegisterState(graphene.Enum):
    """A part of the register: cases that are under way, or that were decided or ended."""

    RUNNING = "running"
    ENDED = "ended"


class JointQueries(graphene.ObjectType):
    """Root fields over joint handling."""

    joint_tasks = ConnectionField(
        JointTask,
        keyset=Keyset("jointTasks", "-id"),
        permission=STAFF,
        description="What the caller's department is asked, the latest first; supervisors and administrators see all.",
        view=graphene.Argument(JointTaskView, description="All unless given."),
        light=graphene.Argument(LightEnum),
        text=graphene.String(description="Number of the case, item, or name of the lead."),
    )
    joint_task = RootField(
        JointTaskInFull,
        permission=STAFF,
        description="One task, for its participant and its lead, with what was given of the case.",
        task_id=graphene.UUID(required=True),
    )
    joint_register = ConnectionField(
        JointCase,
        keyset=Keyset("jointRegister", SortKey("joint_opened_at", descending=True), "-id"),
        permission=STAFF,
        description="The register of joint cases, the latest first; the lead's people see their department's.",
        state=graphene.Argument(JointRegisterState),
        stage=graphene.Argument(JointStageEnum),
        text=graphene.String(description="Number in the register or of the case, or item."),
    )
    joint_candidates = RootField(
        graphene.List(graphene.NonNull(JointCandidate)),
        permission=STAFF,
        size=20,
        description="Whom the lead of a case can ask, those asked before about this item first.",
        case_id=graphene.ID(required=True),
        text=graphene.String(description="Part of a name, or a code; also centres of other levels."),
    )
    joint_figures = RootField(
        JointFigures,
        permission=STAFF,
        description="Joint handling in figures, of the cases that jointRegister shows to the caller.",
        since=graphene.Date(required=True),
    )

    @staticmethod
    def resolve_joint_tasks(_root: Any, info: Any, view: Any = None, light: Any = None, text: str = "") -> Any:
        """Rows."""
        wanted = TaskFilter(view=_value(view), light=_value(light), text=text[:60])
        return queries.tasks_for(info.context.actor, wanted)

    @staticmethod
    def resolve_joint_task(_root: Any, info: Any, task_id: UUID) -> Any:
        """One."""
        return queries.task_for(info.context.actor, task_id)

    @staticmethod
    def resolve_joint_register(_root: Any, info: Any, state: Any = None, stage: Any = None, text: str = "") -> Any:
        """Rows."""
        wanted = RegisterFilter(state=_value(state), stage=_value(stage), text=text[:60])
        return register_for(info.context.actor, wanted)

    @staticmethod
    def resolve_joint_candidates(_root: Any, info: Any, case_id: str, text: str = "") -> Any:
        """For a case that the caller may read."""
        actor = info.context.actor
        return queries.candidates(actor, case_for(actor, row_id(case_id)), text[:60])

    @staticmethod
    def resolve_joint_figures(_root: Any, info: Any, since: date) -> JointFigures:
        """Counts and medians."""
        actor = info.context.actor
        figures, days = register_figures(actor, since), decision_days(actor, since)
        return JointFigures(
            projects=figures.projects,
            meetings=figures.meetings,
            surveys=figures.surveys,
            tasks=figures.tasks,
            neglected=figures.neglected,
            deemed=figures.deemed,
            joint_median_days=float(median(days.joint)) if days.joint else None,
            other_median_days=float(median(days.other)) if days.other else None,
        )


def _value(choice: Any) -> str:
    return str(choice.value) if choice else ""
