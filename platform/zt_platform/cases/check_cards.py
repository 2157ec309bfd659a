"""The checks of a case as cards: which data services fit its applicant, what they said, when, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zt_interop.departments.models import DataService, SubjectKind
from zt_interop.log.models import CallState, DataCall
from zt_platform.accounts.parties import Party
from zt_platform.cases.models import Case
from zt_platform.cases.queries import applicant_of
from zt_platform.exchange.commands import parameters_for
from zt_platform.exchange.queries import calls_of_case, usable_services
from zt_tenants.clock import now
from zt_tenants.language import bi

_VERDICTS = {
    "MATCH": ("一致", "Match"),
    "MISMATCH": ("不一致", "Mismatch"),
    "DECEASED": ("已死亡(户口注销)", "Deceased"),
}


@dataclass(frozen=True, slots=True)
class CheckCard:
    """One service's answer about the applicant. ``state`` is none, waiting, good, bad or failed."""

    code: str
    name: str
    owner: str
    state: str
    verdict: str
    warning: str
    facts: list[tuple[str, str]]
    answered_at: datetime | None
    asked_by: str
    stale: bool


def cards_of(case: Case) -> list[CheckCard]:
    """A card for each service that this centre may ask and that is about such an applicant; two statements."""
    party = applicant_of(case)
    fitting = [service for service in usable_services() if parameters_for(service, party) is not None]
    if not fitting:
        return []
    newest: dict[str, DataCall] = {}
    for call in calls_of_case(case.pk):
        if call.state != CallState.REFUSED:
            newest.setdefault(call.service_code, call)
    return [_card(service, newest.get(service.code), party) for service in fitting]


def warnings_of(case: Case) -> list[str]:
    """What a clerk should know about the checks before accepting; empty when all were good."""
    return [f"{card.name}: {card.warning}" for card in cards_of(case) if card.warning]


def verdict_text(call: DataCall) -> str:
    """What a service said, in few words."""
    if call.status == "NOT_FOUND":
        return bi("查无此记录", "No such record")
    zh, en = _VERDICTS.get(call.verdict, (call.verdict, call.verdict))
    return bi(zh, en)


def _card(service: DataService, call: DataCall | None, party: Party) -> CheckCard:
    state, warning = _standing(service, call, party)
    answer = (call.answer or {}) if call else {}
    shown = [name for name in service.field_names if name in answer and name != service.verdict_field]
    return CheckCard(
        code=service.code,
        name=service.label,
        owner=service.owner,
        state=state,
        verdict=verdict_text(call) if call and call.state == CallState.ANSWERED else "",
        warning=warning,
        facts=[(service.field_label(name), str(answer[name])) for name in shown],
        answered_at=call.answered_at if call else None,
        asked_by=call.actor_name if call else "",
        stale=bool(call and call.valid_until and call.valid_until <= now()),
    )


def _standing(service: DataService, call: DataCall | None, party: Party) -> tuple[str, str]:
    if call is None:
        return "none", bi("还没有核验", "not checked yet")
    if call.state == CallState.QUEUED:
        return "waiting", bi("核验中，对方暂未应答", "being verified; no answer yet")
    if call.state == CallState.FAILED:
        return "failed", bi(call.reason_zh, call.reason_en)
    if call.status in ("REFUSED", "FAILED"):
        return "failed", bi("对方未予答复，请查验原件", "The department gave no answer; inspect the original")
    if call.verdict not in service.good_verdicts:
        return "bad", bi(
            "结果为“{verdict}”，请核实", "the answer is “{verdict}”; look into it", verdict=verdict_text(call)
        )
    name = str((call.answer or {}).get("name", ""))
    if service.subject_kind == SubjectKind.LEGAL_PERSON and name and name != party.name:
        return "bad", bi(
            "登记名称为“{name}”，与申请人不一致", "it is registered as “{name}”, not as applied", name=name
        )
    return "good", ""
