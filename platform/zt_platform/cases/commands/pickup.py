"""The code by which a result is collected at the window (取件码): given out at completion, checked when it is handed over.

Whoever has no code, or a dead one, shows an identity document instead. The code lies sealed in the case; only its applicant
reads it, in the notice and on the page of the case.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from zt_platform.cases.errors import PickupCodeDead, PickupCodeWrong
from zt_platform.cases.models import Case
from zt_platform.cases.vocabulary import Status
from zt_tenants.clock import now
from zt_tenants.errors import DomainError

DIGITS: Final = 6
MOST_TRIES: Final = 5
VALID: Final = timedelta(days=90)


def new_code() -> dict[str, Any]:
    """A fresh random code with its end and the tries it has had."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    return {"code": code, "tries": 0, "until": (now() + VALID).isoformat()}


def code_to_show(case: Case) -> str:
    """The code for the applicant's own eyes; "" when the result cannot be collected by one (any more)."""
    if case.status != Status.COMPLETED or _is_dead(case.pickup):
        return ""
    return str(case.pickup["code"])


def try_code(case: Case, given: str) -> DomainError | None:
    """Compare what the person said with a locked case's code; None when it fits.

    A wrong one counts, after five none fits. The caller saves the case and commits before it raises the error: a try that
    is rolled back would not have been one.
    """
    digits = re.sub(r"[\s\-]", "", given)
    if _is_dead(case.pickup):
        return PickupCodeDead(field="code")
    pickup = dict(case.pickup)
    if hmac.compare_digest(digits.encode(), str(pickup["code"]).encode()):
        return None
    pickup["tries"] += 1
    case.pickup = pickup
    left = MOST_TRIES - pickup["tries"]
    return PickupCodeWrong(field="code", left=left) if left > 0 else PickupCodeDead(field="code")


def _is_dead(pickup: dict[str, Any] | None) -> bool:
    return not pickup or pickup["tries"] >= MOST_TRIES or datetime.fromisoformat(pickup["until"]) <= now()
