"""What joint handling adds to the page of a case, for the lead's people and for the applicant."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from zt_platform.actors import Actor, ActorKind
from zt_platform.cases.models import Case
from zt_platform.cases.sections import Section
from zt_platform.joint import queries
from zt_platform.joint.pictures import marks_of, progress_text
from zt_platform.joint.vocabulary import MeetingState
from zt_tenants.clock import now
from zt_tenants.language import bi, bilingual

_DOORS = (
    ("open", "joint:open", bilingual("并联登记", "Enter in the register")),
    ("ask", "joint:ask", bilingual("征求意见", "Ask for opinions")),
    ("convene", "joint:convene", bilingual("召集会议", "Convene a meeting")),
    ("coordinate", "joint:coordinate", bilingual("记录协调", "Write down a coordination")),
)


def case_section(actor: Actor, case: Case) -> Section | None:
    """The register entry, who was asked and how they stand, meetings, coordinations, and the lead's doors."""
    if actor.kind is not ActorKind.STAFF:
        return None
    acts, entry = queries.case_acts_for(actor, case), queries.register_of_case(case)
    if entry is None and not acts:
        return None
    tasks = queries.tasks_of_case(case) if entry else []
    part: dict[str, Any] = {
        "case": case,
        "entry": entry,
        "progress": queries.progress_of(tasks),
        "marks": marks_of(tasks, now()),
        "doors": [
            (label, reverse(name, kwargs={"case_id": case.pk}), act) for act, name, label in _DOORS if act in acts
        ],
        "keeps_meetings": "convene" in acts,
        "convened": MeetingState.CONVENED,
    }
    return Section("joint/section.html", part)


def facts_for_applicant(tracking_number: str) -> list[tuple[str, str]]:
    """How many were asked and how many answered; never who said what."""
    found = queries.progress_of_many([tracking_number]).get(tracking_number) if tracking_number else None
    return [(bi("会签", "Joint opinions"), progress_text(found))] if found and found.asked else []
