"""The closed lists of the catalogue (B-02, C-01, E-01, E-02)."""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual


class ItemClass(models.TextChoices):
    """The class of an item (B-02)."""

    PERMIT = "PERMIT", bilingual("行政许可", "Administrative permit")
    CONFIRMATION = "CONFIRMATION", bilingual("行政确认", "Administrative confirmation")
    FILING = "FILING", bilingual("备案", "Filing")
    PUBLIC_SERVICE = "PUBLIC_SERVICE", bilingual("公共服务", "Public service")


class CaseKind(models.TextChoices):
    """Decided on the spot, or within a promised limit (E-01, E-02)."""

    INSTANT = "INSTANT", bilingual("即办件", "Instant")
    PROMISED = "PROMISED", bilingual("承诺件", "Promised")


class DelegationKind(models.TextChoices):
    """How an item's power moves to a lower level (C-01, domain.md *Cross-level handling*)."""

    DEVOLVED = "DEVOLVED", bilingual("下放", "Devolved")
    ENTRUSTED = "ENTRUSTED", bilingual("委托", "Entrusted")
    FORWARDED = "FORWARDED", bilingual("服务前移", "Forwarded")


class DelegationPart(models.TextChoices):
    """Whether the whole item is delegated or a part of it (C-01: 全部或部分直接下放)."""

    WHOLE = "WHOLE", bilingual("全部", "Whole")
    PART = "PART", bilingual("部分", "Part")


class DefaultKind(models.TextChoices):
    """What silence a centre may let count as consent, item by item (G-05, G-06)."""

    OVERDUE = "OVERDUE", bilingual("超期默认（逾期未决定视为准予）", "Overdue: undecided counts as granted")
    ABSENCE = (
        "ABSENCE",
        bilingual("缺席默认（无故缺席联审会议视为同意）", "Absence from a joint meeting counts as consent"),
    )
    OVERTIME = "OVERTIME", bilingual("超时默认（签收后逾期未答复视为同意）", "No opinion in time counts as consent")
    INACTION = "INACTION", bilingual("不作为默认（逾期未签收视为同意）", "Not even signed for counts as consent")


JOINT_DEFAULTS = (DefaultKind.ABSENCE, DefaultKind.OVERTIME, DefaultKind.INACTION)
"""Those of joint handling (G-06): they reach participants' opinions, never a decision."""
