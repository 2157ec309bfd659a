"""Tracking a case without signing in: number and the last four digits of the telephone (E-10, L-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zt_platform.accounts.limits import TRACK_BY_ADDRESS, TRACK_BY_NUMBER
from zt_platform.cases import numbers
from zt_platform.cases.errors import CaseNotFound
from zt_platform.cases.models import PHONE_TAIL_INDEX, Case
from zt_platform.cases.postal import is_by_post
from zt_platform.cases.queries.official_papers import OfficialPaper, papers_out
from zt_platform.cases.queries.pages import TimelineEntry, timeline
from zt_platform.cases.track_links import number_of
from zt_platform.cases.vocabulary import CaseRole, Light, Status
from zt_tenants.centres import centre_by_code
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.errors import UnknownCentre
from zt_tenants.vault import blind_index


@dataclass(frozen=True, slots=True)
class TrackedCase:
    """What may be shown to whoever knows number and telephone digits: no name in full, no form, no file of a paper."""

    tracking_number: str
    centre_code: str
    centre_name: str
    deciding_centre_name: str
    item_code: str
    item_name: str
    department_name: str
    department_telephone: str
    applicant_name_masked: str
    status: Status
    light: Light
    submitted_at: datetime | None
    due_at: datetime | None
    timeline: list[TimelineEntry]
    papers: list[OfficialPaper]
    handed_down: bool
    by_post: bool

    @property
    def status_label(self) -> str:
        """The status in the active language."""
        return str(self.status.label)

    @property
    def grouped_number(self) -> str:
        """The number as it is printed."""
        return numbers.grouped(self.tracking_number)


def track(*, tracking_number: str, phone_tail: str, address: str) -> TrackedCase:
    """The case with this number, if the four digits match; enters the centre that the number names.

    Tries are counted per number and per network ``address`` before anything is looked up; a hit takes its count back.
    Raises TooManyTries, InvalidTrackingNumber (mistyped), CaseNotFound (unknown number and wrong digits are one answer).
    """
    TRACK_BY_ADDRESS.hit(address)
    number = numbers.parse(tracking_number)
    TRACK_BY_NUMBER.hit(str(number))
    try:
        centre = centre_by_code(number.origin_code)
    except UnknownCentre as unknown:
        raise _nothing_with_these() from unknown
    index = blind_index(phone_tail.strip(), purpose=PHONE_TAIL_INDEX)
    with enter(centre):
        case = Case.objects.submitted().filter(tracking_number=str(number), phone_tail_index=index).for_list().first()
        if case is None:
            raise _nothing_with_these()
        tracked = _tracked(case, centre.code, centre.name)
    TRACK_BY_NUMBER.forgive(str(number))
    TRACK_BY_ADDRESS.forgive(address)
    return tracked


def track_by_link(*, token: str, address: str) -> TrackedCase:
    """The case of a link that a notice carries as a QR code (:mod:`zt_platform.cases.track_links`).

    Tries are counted per network ``address``; a good one takes its count back. Raises TooManyTries, CaseNotFound.
    """
    TRACK_BY_ADDRESS.hit(address)
    try:
        number = number_of(token)
        centre = centre_by_code(numbers.parse(number).origin_code)
    except (CaseNotFound, UnknownCentre) as unknown:
        raise _nothing_behind_this() from unknown
    with enter(centre):
        case = Case.objects.submitted().filter(tracking_number=number).for_list().first()
        if case is None:
            raise _nothing_behind_this()
        tracked = _tracked(case, centre.code, centre.name)
    TRACK_BY_ADDRESS.forgive(address)
    return tracked


def _nothing_with_these() -> CaseNotFound:
    return CaseNotFound(
        zh="没有找到这份办件，请核对办件编号和手机号最后四位。",
        en="There is no such case; check its number and the last four digits of the phone.",
    )


def _nothing_behind_this() -> CaseNotFound:
    return CaseNotFound(
        zh="这个二维码或链接查不到办件，请用办件编号和手机号最后四位查。",
        en="No case is behind this code or link; look it up by its number and the last four digits of the phone.",
    )


def _tracked(case: Case, centre_code: str, centre_name: str) -> TrackedCase:
    return TrackedCase(
        tracking_number=case.tracking_number or "",
        centre_code=centre_code,
        centre_name=centre_name,
        deciding_centre_name=case.counterpart_name or centre_name,
        item_code=case.item_code,
        item_name=case.item_name,
        department_name=case.department.name if case.department else "",
        department_telephone=case.department.telephone if case.department else "",
        applicant_name_masked=case.applicant_name_masked,
        status=Status(case.status),
        light=case.light_at(now()),
        submitted_at=case.submitted_at,
        due_at=case.running_due_at,
        timeline=timeline(case),
        papers=papers_out(case),
        handed_down=case.role == CaseRole.PORTAL,
        by_post=is_by_post(case),
    )
