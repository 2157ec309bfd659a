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
