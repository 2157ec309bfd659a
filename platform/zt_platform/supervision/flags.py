"""What a supervisor's eye is drawn to: broken rules, orders and cards, and everything out of the ordinary (R-02, R-17)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zt_tenants.language import bilingual

FLAG_STEPS = (
    "SECOND_CORRECTION_REQUESTED",
    "SUPERVISION_ORDERED",
    "RED_CARDED",
    "DEEMED_GRANTED",
    "PERMIT_ENDED",
    "PERMIT_WITHDRAWN",
    "SPECIALLY_APPROVED",
    "GRANTED_ON_COMMITMENT",
)
"""Steps that are always a flag, in the order of :class:`Flag`."""
DEEMED_ACCEPTANCE = Q(step="ACCEPTED", actor_role="SYSTEM")
"""Accepted by the system: nobody had answered within five working days (行政许可法 art. 32)."""
FLAGGED = Q(step__in=FLAG_STEPS) | DEEMED_ACCEPTANCE


class Flag(models.TextChoices):
    """Why a step is listed. The value is the step's, except for the deemed acceptance."""

    SECOND_CORRECTION_REQUESTED = (
        "SECOND_CORRECTION_REQUESTED",
        bilingual("违反一次性告知", "Told twice what to correct"),
    )
    DEEMED_ACCEPTED = "DEEMED_ACCEPTED", bilingual("逾期未告知，视为受理", "Not answered in five days: deemed accepted")
    SUPERVISION_ORDERED = "SUPERVISION_ORDERED", bilingual("超期督办（黄牌）", "Overdue: yellow card")
    RED_CARDED = "RED_CARDED", bilingual("红牌督办", "Long overdue: red card")
    DEEMED_GRANTED = "DEEMED_GRANTED", bilingual("逾期未决定，视为准予", "Not decided in time: deemed granted")
    PERMIT_ENDED = "PERMIT_ENDED", bilingual("临时许可到期未核查", "Temporary permit ended unverified")
    PERMIT_WITHDRAWN = "PERMIT_WITHDRAWN", bilingual("撤回临时许可", "Temporary permit withdrawn")
    SPECIALLY_APPROVED = "SPECIALLY_APPROVED", bilingual("特事特办", "Special handling")
    GRANTED_ON_COMMITMENT = "GRANTED_ON_COMMITMENT", bilingual("凭承诺核发临时许可", "Granted on a commitment")

    @property
    def condition(self) -> Q:
        """Which steps carry it."""
        return DEEMED_ACCEPTANCE if self is Flag.DEEMED_ACCEPTED else Q(step=self.value)


def flag_of(step: str) -> Flag:
    """The flag of a listed step."""
    return Flag.DEEMED_ACCEPTED if step == "ACCEPTED" else Flag(step)
