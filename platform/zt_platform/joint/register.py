"""The register entry of a joint case (并联项目登记制, H-06), as the case holds it: meetings, coordinations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from zt_platform.joint.vocabulary import Attendance, MeetingKind, MeetingState, Stage
from zt_tenants.clock import instant


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of participants (H-04, H-09): who is called where and when, who came, what was said.

    ``invited`` and ``attendance`` go by the task's id. ``minutes`` are closed with the attendance.
    """

    id: str
    kind: str
    subject: str
    place: str
    at: datetime
    convened_at: datetime
    convened_by: str
    invited: dict[str, str] = field(default_factory=dict)
    attendance: dict[str, str] = field(default_factory=dict)
    minutes: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    cancelled_at: datetime | None = None

    @property
    def state(self) -> MeetingState:
        """How it stands."""
        if self.cancelled_at is not None:
            return MeetingState.CANCELLED
        return MeetingState.CLOSED if self.closed_at is not None else MeetingState.CONVENED

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(MeetingKind(self.kind).label)

    @property
    def lines(self) -> list[tuple[str, str, Attendance | None]]:
        """Task, participant and attendance of everybody called; None until it was kept."""
        return [
            (task, unit, Attendance(self.attendance[task]) if task in self.attendance else None)
            for task, unit in self.invited.items()
        ]

    def for_task(self, task_id: str) -> Meeting:
        """The same meeting as one participant is told of it: without who else was called."""
        return replace(
            self,
            invited={task: unit for task, unit in self.invited.items() if task == task_id},
            attendance={task: seen for task, seen in self.attendance.items() if task == task_id},
        )

    def to_stored(self) -> dict[str, Any]:
        """As case, task and message hold it."""
        return _stored(asdict(self))

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From case, task or message."""
        return cls(
            **{
                **stored,
                "at": datetime.fromisoformat(stored["at"]),
                "convened_at": datetime.fromisoformat(stored["convened_at"]),
                "closed_at": instant(stored.get("closed_at")),
                "cancelled_at": instant(stored.get("cancelled_at")),
            }
        )


@dataclass(frozen=True, slots=True)
class Coordination:
    """A disagreement that the centre coordinated (H-12): it changes neither who decides nor any opinion."""

    at: datetime
    by: str
    parties: str
    opinion: str
    outcome: str

    def to_stored(self) -> dict[str, Any]:
        """As the case holds it."""
        return _stored(asdict(self))

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the case."""
        return cls(**{**stored, "at": datetime.fromisoformat(stored["at"])})


@dataclass(frozen=True, slots=True)
class Register:
    """The register entry of one case."""

    number: str
    stage: str
    lead_department: str
    opened_at: datetime
    opened_by: str
    ended_at: datetime | None = None
    meetings: list[Meeting] = field(default_factory=list)
    coordinations: list[Coordination] = field(default_factory=list)

    @property
    def stage_label(self) -> str:
        """The stage in words."""
        return str(Stage(self.stage).label)

    def meeting(self, meeting_id: str) -> Meeting | None:
        """One meeting; None when there is none of this id."""
        return next((found for found in self.meetings if found.id == meeting_id), None)

    def with_meeting(self, changed: Meeting) -> Self:
        """The same entry with a meeting put in its place, or added."""
        others = [found for found in self.meetings if found.id != changed.id]
        place = next((nth for nth, found in enumerate(self.meetings) if found.id == changed.id), len(others))
        return replace(self, meetings=[*others[:place], changed, *others[place:]])

    def to_stored(self) -> dict[str, Any]:
        """As the case holds it."""
        return {
            **_stored({name: getattr(self, name) for name in ("number", "stage", "lead_department", "opened_by")}),
            "opened_at": self.opened_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "meetings": [meeting.to_stored() for meeting in self.meetings],
            "coordinations": [line.to_stored() for line in self.coordinations],
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """From the case."""
        return cls(
            number=stored["number"],
            stage=stored["stage"],
            lead_department=stored["lead_department"],
            opened_at=datetime.fromisoformat(stored["opened_at"]),
            opened_by=stored["opened_by"],
            ended_at=instant(stored.get("ended_at")),
            meetings=[Meeting.from_stored(meeting) for meeting in stored.get("meetings", [])],
            coordinations=[Coordination.from_stored(line) for line in stored.get("coordinations", [])],
        )
