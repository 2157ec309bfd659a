"""What a supervisor's eye is drawn to: broken rules, orders and cards, and everything out of the ordinary (R-02, R-17)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zt_platform.case_vocabulary import Step
from zt_tenants.language import bilingual

DEEMED_ACCEPTANCE = Q(step=Step.ACCEPTED.value, actor_role="SYSTEM")
"""Accepted by the system: nobody had answered within five working days (行政许可法 art. 32)."""


class Flag(models.TextChoices):
    """Why a step is listed. The value is the step's, except for the deemed acceptance."""

    SECOND_CORRECTION_REQUESTED = (
        Step.SECOND_CORRECTION_REQUESTED.value,
        bilingual("违反一次性告知", "Told twice what to correct"),
    )
    DEEMED_ACCEPTED = "DEEMED_ACCEPTED", bilingual("逾期未告知，视为受理", "Not answered in five days: deemed accepted")
    SUPERVISION_ORDERED = Step.SUPERVISION_ORDERED.value, bilingual("超期督办（黄牌）", "Overdue: yellow card")
    RED_CARDED = Step.RED_CARDED.value, bilingual("红牌督办", "Long overdue: red card")
    DEEMED_GRANTED = Step.DEEMED_GRANTED.value, bilingual("逾期未决定，视为准予", "Not decided in time: deemed granted")
    PERMIT_ENDED = Step.PERMIT_ENDED.value, bilingual("临时许可到期未核查", "Temporary permit ended unverified")
    PERMIT_WITHDRAWN = Step.PERMIT_WITHDRAWN.value, bilingual("撤回临时许可", "Temporary permit withdrawn")
    SPECIALLY_APPROVED = Step.SPECIALLY_APPROVED.value, bilingual("特事特办", "Special handling")
    GRANTED_ON_COMMITMENT = Step.GRANTED_ON_COMMITMENT.value, bilingual("凭承诺核发临时许可", "Granted on a commitment")

    @property
    def condition(self) -> Q:
        """Which steps carry it."""
        return DEEMED_ACCEPTANCE if self is Flag.DEEMED_ACCEPTED else Q(step=self.value)


FLAG_STEPS = tuple(flag.value for flag in Flag if flag is not Flag.DEEMED_ACCEPTED)
"""Steps that are always a flag, in the order of :class:`Flag`."""
FLAGGED = Q(step__in=FLAG_STEPS) | DEEMED_ACCEPTANCE


def flag_of(step: str) -> Flag:
    """The flag of a listed step."""
    return Flag.DEEMED_ACCEPTED if step == Step.ACCEPTED else Flag(step)
