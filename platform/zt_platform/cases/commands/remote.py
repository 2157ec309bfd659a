"""What every handler of another centre's message does: find the case, name the speaker, take the edge or note the fact."""

from __future__ import annotations

from uuid import UUID

from zt_interop.handlers import Message
from zt_platform.actors import Actor
from zt_platform.cases.commands.ledger import Origin, Remark, advance, locked_counterpart_case, note_fact
from zt_platform.cases.commands.mirroring_papers import take_papers
from zt_platform.cases.events.payloads import required_instant
from zt_platform.cases.models import Case, CaseEvent
from zt_platform.cases.states import is_possible
from zt_platform.cases.vocabulary import Action, Step
from zt_tenants.centres import centre_by_code


def case_of(message: Message) -> Case:
    """The case the message speaks of, locked, with the papers that it brings noted (not saved).

    Raises SubjectDiffers, UnknownCase, ForeignMessage, PaperOfAnotherCentre.
    """
    message.check_subject()
    case = locked_counterpart_case(message.data["tracking_number"], sender=message.source)
    take_papers(case, message)
    return case


def speaker(message: Message) -> Actor:
    """The centre that speaks."""
    return Actor.remote(message.source, centre_by_code(message.source).name)


def origin_of(message: Message, at: str) -> Origin:
    """Where and by whom it happened, as the message tells."""
    department = message.data.get("department", "")
    return Origin(
        centre_code=message.source,
        centre_name=centre_by_code(message.source).name,
        occurred_at=required_instant(at),
        actor_role=message.data.get("actor_role", "") or "CENTRE",
        actor_name=message.data.get("actor_name", ""),
        department_name=department.get("name", "") if isinstance(department, dict) else department,
        message_id=UUID(str(message.id)),
    )


def record(
    case: Case, action: Action, step: Step, message: Message, remark: Remark, origin: Origin
) -> CaseEvent | None:
    """Take the edge if the table still has it; otherwise note what was told and return None."""
    if may(case, action):
        return advance(case, action, speaker(message), remark, origin=origin)
    note_fact(case, step, speaker(message), remark, origin=origin)
    return None


def may(case: Case, action: Action) -> bool:
    """Whether the table has an edge from where the case stands here."""
    return is_possible(case.status, action, case.role, suspended_from=case.suspended_from)
