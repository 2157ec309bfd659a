"""The special ways a case has taken, in words for its pages: what is owed, committed to, permitted, approved, posted."""

from __future__ import annotations

from datetime import datetime

from zt_platform.cases.models import Case
from zt_platform.cases.postal import is_by_post, postal_of
from zt_platform.cases.tolerance import debts_of
from zt_platform.cases.vocabulary import PERMIT_CONVERTED, PERMIT_ENDED, PERMIT_VALID, PERMIT_WITHDRAWN, DeliveryMethod
from zt_tenants.clock import CHINA, now
from zt_tenants.language import bi

_PERMIT_STATES = {
    PERMIT_VALID: ("有效", "valid"),
    PERMIT_CONVERTED: ("已换发正式证件", "exchanged for the full certificate"),
    PERMIT_WITHDRAWN: ("已撤回", "withdrawn"),
    PERMIT_ENDED: ("到期失效，待核查", "ended, to be verified"),
}


def ways_facts(case: Case) -> list[tuple[str, str]]:
    """Label and text of each; nothing for the ordinary case."""
    facts = [(bi("容缺材料", "Owed"), _debt(debt.name, debt.due_at, debt.settled_at)) for debt in debts_of(case)]
    terms = case.commitment.get("terms")
    if terms:
        signed = bi(
            "{who}于{when}签署", "signed by {who} on {when}", who=terms["signed_by"], when=_day(terms["signed_at"])
        )
        facts.append((bi("承诺书", "Commitment"), f"{terms['text']}（{signed}）"))
    if "breach" in case.commitment:
        facts.append((bi("违反承诺", "Commitment broken"), case.commitment["breach"]["reason"]))
    permit = case.temporary_permit
    if permit:
        state = bi(*_PERMIT_STATES[permit["state"]])
        text = bi("{number}，至{until}，{state}", "{number}, until {until}, {state}", **{**permit, "state": state})
        facts.append((bi("临时许可证", "Temporary permit"), text))
    approved = case.special_approval
    if approved:
        facts.append((bi("特事特办", "Special handling"), f"{approved['approved_by']}：{approved['reason']}"))
    return facts


def _debt(name: str, due_at: datetime | None, settled_at: datetime | None) -> str:
    if settled_at is not None:
        return bi("{name}：已补交", "{name}: supplied", name=name)
    if due_at is None:
        return bi("{name}：受理后补交", "{name}: follows after acceptance", name=name)
    day = due_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    if now() > due_at:
        return bi("{name}：应于{day}前补交，已逾期", "{name}: was due by {day}, overdue", name=name, day=day)
    return bi("{name}：{day}前补交", "{name}: by {day}", name=name, day=day)


def _day(stored: str) -> str:
    return datetime.fromisoformat(stored).astimezone(CHINA).strftime("%Y-%m-%d")


def delivery_facts(case: Case) -> list[tuple[str, str]]:
    """How the result comes, and how its post went; for who may read the whole case. Nothing while nobody has chosen."""
    where, by_post = postal_of(case), is_by_post(case)
    if where is None:
        return []
    facts = [(bi("送达方式", "Delivery"), str(DeliveryMethod(case.delivery_method).label))]
    if by_post:
        facts.append((bi("寄往", "To"), f"{where.recipient} {where.phone} {where.address}"))
    if where.posted_at:
        parcel = bi(
            "{carrier} {number}，{day}寄出",
            "{carrier} {number}, posted on {day}",
            carrier=where.carrier,
            number=where.post_number,
            day=where.posted_at[:10],
        )
        facts.append((bi("邮件", "Parcel"), parcel))
    if where.returned_at:
        back = bi("{day}：{reason}", "{day}: {reason}", day=where.returned_at[:10], reason=where.return_reason)
        facts.append((bi("退件", "Came back"), back))
    return facts
