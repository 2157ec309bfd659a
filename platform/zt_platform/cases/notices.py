"""The paper an act will issue, as the clerk reads it before signing: the same content, composed without number and seal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zt_platform.cases import papers
from zt_platform.cases.models import Case
from zt_platform.cases.rules import cleaned_defects
from zt_platform.cases.vocabulary import Action
from zt_platform.papers.commands.issuing import compose
from zt_platform.papers.content import PaperContent, Snapshot
from zt_platform.papers.kinds import PaperKind
from zt_tenants.clock import today
from zt_tenants.context import current_centre

LATER = "（签发时编号）"
_KINDS = {
    Action.RETURN_FOR_CORRECTION: PaperKind.CORRECTION,
    Action.REFUSE: PaperKind.REFUSAL,
    Action.GRANT: PaperKind.GRANT,
    Action.DENY: PaperKind.DENIAL,
}


def is_read_first(action: Action) -> bool:
    """Whether the act issues a paper that the clerk reads before signing it."""
    return action in _KINDS


def preview_for(action: Action, case: Case, given: Mapping[str, Any]) -> Snapshot | None:
    """The paper that ``action`` would issue today with what the clerk wrote; None when it is not read first."""
    kind = _KINDS.get(action)
    if kind is None:
        return None
    content = _content(action, case, given)
    return compose(kind, case.department, content, current_centre(), today(), number=LATER, preview=True)


def _content(action: Action, case: Case, given: Mapping[str, Any]) -> PaperContent:
    if action is Action.RETURN_FOR_CORRECTION:
        return papers.correction_content(case, cleaned_defects(str(given.get("defects", "")).splitlines()))
    if action is Action.REFUSE:
        return papers.refusal_content(case, str(given.get("reason", "")))
    granted = action is Action.GRANT
    return papers.decision_content(
        case,
        granted=granted,
        opinion=str(given.get("opinion") or papers.GRANTED_OPINION),
        certificate_number=LATER if granted else "",
        decided_on=today(),
        valid_until=given.get("valid_until") if granted else None,
    )
