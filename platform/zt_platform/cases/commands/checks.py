"""Checking a case's applicant against departments' data, and demanding it where the item's version does.

Acceptance is warned, never blocked, by a check that failed or waits: the law lets nobody wait for a department's server.
Only an item whose published form says ``"required": true`` in a field's ``prefill`` demands a good answer first.
"""

from __future__ import annotations

from zt_interop.departments.registry import services
from zt_interop.log.models import CallState, DataCall
from zt_platform.actors import Actor
from zt_platform.cases import queries
from zt_platform.cases.errors import CheckNeeded
from zt_platform.cases.models import Case
from zt_platform.exchange.commands import ask_about, require_asker


def check_case(*, actor: Actor, case_id: int, service_code: str, fresh: bool = False) -> DataCall:
    """Ask a department about a case's applicant (Y-02); ``fresh`` passes over an answer that is still valid.

    Called outside a transaction. Raises CaseNotFound, NotPermitted (nobody who handles cases here), and what
    :func:`zt_platform.exchange.commands.ask_about` raises.
    """
    require_asker(actor)
    case = queries.case_for(actor, case_id)
    return ask_about(
        actor=actor,
        service_code=service_code,
        party=queries.applicant_of(case),
        purpose=f"办理“{case.item_name}”，核验申请人",
        case_id=case.pk,
        tracking_number=case.tracking_number or "",
        fresh=fresh,
    )


def require_checks(case: Case) -> None:
    """Refuse acceptance while a check that the item's version demands has no good answer. Raises CheckNeeded."""
    demanded = set(getattr(case, "required_checks", None) or ())
    if not demanded:
        return
    known = {service.code: service for service in services() if service.code in demanded}
    missing = []
    for code in sorted(demanded):
        last = DataCall.objects.filter(case_id=case.pk, service_code=code, state=CallState.ANSWERED).first()
        service = known.get(code)
        if service is None or last is None or last.verdict not in service.good_verdicts:
            missing.append(service.name if service else code)
    if missing:
        raise CheckNeeded(services="、".join(missing))
