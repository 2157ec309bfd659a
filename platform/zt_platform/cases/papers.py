"""Which paper each act of a case issues, and what it says: the one place where cases and papers meet."""

from __future__ import annotations

from datetime import date, datetime

from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor
from zt_platform.cases.models import Case
from zt_platform.cases.numbers import grouped
from zt_platform.cases.tolerance import debts_of
from zt_platform.cases.track_links import track_link
from zt_platform.cases.vocabulary import CaseRole, Channel, Result
from zt_platform.catalogue.kinds import DelegationKind
from zt_platform.organisation.places import place_of
from zt_platform.papers import builders, course_builders
from zt_platform.papers.builders import AboutCase
from zt_platform.papers.commands import fixed, issue_paper, stored
from zt_platform.papers.content import Bilingual, Fact, PaperContent
from zt_platform.papers.kinds import INTERNAL, TITLES, PaperKind
from zt_platform.papers.models import Paper
from zt_platform.papers.remedies import remedies_against
from zt_platform.workcalendar.queries import calendar
from zt_storage.models import Attachment
from zt_tenants.centres import ancestors
from zt_tenants.clock import CHINA, now, today
from zt_tenants.context import current_centre
from zt_tenants.models import Level

HOTLINE = "12345"
"""The government's hotline, where a department has no telephone of its own."""

GRANTED_OPINION = "申请材料齐全，符合法定条件，同意。"


def about(case: Case, *, decider: bool = False) -> AboutCase:
    """What every paper about a case needs; with ``decider`` in the name of the organ that decides (art. 24)."""
    party = Party.from_payload(case.applicant)
    own = case.department.name if case.department else ""
    legal_name = case.legal_name_of_decider if decider else ""
    entrusted = decider and case.delegation_kind == DelegationKind.ENTRUSTED and own != legal_name
    return AboutCase(
        tracking_number=grouped(case.tracking_number or ""),
        item_name=case.item_name,
        applicant=party.name,
        applicant_masked=party.masked_name,
        submitted_on=_day(case.submitted_at),
        contact=(case.department.telephone if case.department else "") or HOTLINE,
        legal_name=legal_name,
        acting_for=own if entrusted else "",
        track_url=track_link(case.tracking_number) if case.tracking_number else "",
    )


def remedies(case: Case, *, decider: bool = False) -> Bilingual:
    """How the applicant contests what this centre's organ says in this case."""
    own = case.department.name if case.department else current_centre().name
    organ = (case.legal_name_of_decider if decider else "") or own
    centre = current_centre()
    upper = ancestors(centre)[0] if centre.level == Level.TOWNSHIP and organ == own else None
    return remedies_against(organ, level=centre.level, upper_place=place_of(upper) if upper else "")


def issue(kind: PaperKind, case: Case, content: PaperContent, actor: Actor) -> Paper:
    """Issue a paper about a case by its department, in the transaction of the act.

    Raises StorageUnavailable, StorageRefused where the applicant is at the other centre, which will fetch the file.
    """
    paper = issue_paper(
        kind=kind, department=case.department, subject=case.tracking_number or "", content=content, actor=actor
    )
    send_along(case, paper)
    return paper


def send_along(case: Case, paper: Paper) -> None:
    """Let the message of the step carry a paper that is for an applicant of the other centre; others stay here.

    A message never names bytes that are not there (docs/decisions/0017): they are stored first. Raises
    StorageUnavailable, StorageRefused.
    """
    if paper.kind in INTERNAL or not _is_the_other_centres_applicant(case):
        return
    stored(paper, told_to=case.counterpart_code)
    vars(case).setdefault("papers_to_tell", []).append(paper)


def _is_the_other_centres_applicant(case: Case) -> bool:
    """Whether the applicant handed in and follows the case at the other centre: it is decided here, or came down here.

    A devolved case that leaves again for a third centre is not: its counterpart is then that one.
    """
    came_down = case.role == CaseRole.SOLE and case.delegation_kind == DelegationKind.DEVOLVED
    return case.channel == Channel.MESSAGE and (case.role == CaseRole.DECIDING or came_down)


def file_of(paper: Paper) -> Attachment:
    """The file of a paper just issued, for a row or message that names its digest; what is sent along is stored already."""
    return paper.attachment or fixed(paper)


def is_provisional(limit: datetime | None) -> bool:
    """Whether what lies between today and a limit touches a year whose calendar has not been published (art. 82)."""
    return limit is not None and calendar().rests_on_provisional(today(), max(today(), _day(limit)))


def acceptance_content(case: Case, handler: str, *, deemed: bool) -> PaperContent:
    """F-01, for an accepted case."""
    return builders.acceptance(
        about(case),
        accepted_on=_day(case.accepted_at),
        due_at=case.due_at or now(),
        provisional=is_provisional(case.due_at),
        handler=handler,
        deemed=deemed,
        to_follow=[debt.line for debt in debts_of(case) if debt.open],
        more=_special_facts(case),
    )


def _special_facts(case: Case) -> list[Fact]:
    """Who approved that it is handled at once (E-17), where somebody did."""
    approved = case.special_approval
    if not approved:
        return []
    return [
        Fact("特事特办批准人", "Specially approved by", approved["approved_by"]),
        Fact("特事特办理由", "Reason", approved["reason"]),
    ]


def correction_content(case: Case, defects: list[str]) -> PaperContent:
    """F-02."""
    return builders.correction(about(case), defects=defects)


def refusal_content(case: Case, reason: str) -> PaperContent:
    """The refusal of acceptance."""
    return builders.refusal(about(case), reason=reason, remedies=remedies(case))


def decision_content(
    case: Case, *, granted: bool, opinion: str, certificate_number: str, decided_on: date, valid_until: date | None
) -> PaperContent:
    """The decision of art. 38."""
    if not granted:
        return builders.denial(
            about(case, decider=True),
            accepted_on=_day(case.accepted_at),
            reasons=opinion,
            legal_basis=case.legal_basis,
            remedies=remedies(case, decider=True),
        )
    return builders.grant(
        about(case, decider=True),
        accepted_on=_day(case.accepted_at),
        opinion=opinion,
        legal_basis=case.legal_basis,
        certificate=certificate_number,
        valid_from=decided_on,
        valid_until=valid_until,
        more=_special_facts(case),
    )


def certificate_content(case: Case, *, name: str, issued_on: date, valid_until: date | None) -> PaperContent:
    """The certificate of a granted case (E-26)."""
    return builders.certificate(
        about(case, decider=True),
        name=name,
        identification=Party.from_payload(case.applicant).masked_id,
        legal_basis=case.legal_basis,
        valid_from=issued_on,
        valid_until=valid_until,
    )


def temporary_permit_content(case: Case, name: str, valid_until: date, legal_basis: str) -> PaperContent:
    """The permit on a commitment, with what is still owed and what was committed to (I-05)."""
    owed = [debt.name for debt in debts_of(case) if debt.open]
    return course_builders.temporary_permit(
        about(case, decider=True),
        name=name or f"临时许可证（{case.item_name}）",
        valid_from=_day(case.decided_at),
        valid_until=valid_until,
        outstanding=[*owed, f"按承诺书核查：{case.commitment['terms']['text']}"],
        legal_basis=legal_basis,
    )


def permit_withdrawn_content(case: Case, permit: str, reason: str) -> PaperContent:
    """The withdrawal of a temporary permit, with remedies."""
    return course_builders.permit_withdrawn(
        about(case, decider=True),
        permit=permit,
        reason=reason,
        legal_basis=case.legal_basis,
        remedies=remedies(case, decider=True),
    )


def delivery_content(case: Case, method: str) -> PaperContent:
    """The receipt of delivery (art. 44)."""
    kind = PaperKind.GRANT if case.result == Result.GRANTED else PaperKind.DENIAL
    delivered = [f"{TITLES[kind].zh} {case.decision_number}".strip()]
    certificate = getattr(case, "certificate", None)
    if certificate is not None:
        delivered.append(f"{certificate.name} {certificate.number}")
    return builders.delivery_receipt(
        about(case), papers=delivered, method=method, delivered_at=case.delivered_at or now()
    )


def materials_content(case: Case, received: list[str]) -> PaperContent:
    """What the applicant handed in (art. 32)."""
    return builders.materials_receipt(about(case), received=received, answer_by=case.acceptance_due_at)


def _day(moment: datetime | None) -> date:
    return (moment or now()).astimezone(CHINA).date()
