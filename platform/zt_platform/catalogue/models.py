"""The catalogue of one centre: items, their versions, materials and delegations. Lies in each centre's schema."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zt_platform.catalogue.kinds import CaseKind, DelegationKind, DelegationPart, ItemClass
from zt_platform.organisation.models import Department
from zt_tenants.fields import json_list, json_object

__all__ = ["CaseKind", "Delegation", "DelegationKind", "DelegationPart", "Item", "ItemClass", "ItemVersion", "Material"]


class ItemQuerySet(models.QuerySet["Item"]):
    """Named filters over items."""

    def applicable(self) -> ItemQuerySet:
        """Items that people can apply for at this centre now."""
        return self.filter(active=True, accepted_here=True, current_version__isnull=False)


class Item(models.Model):
    """A service or permit (事项); ``code`` is the same in the whole province (B-06).

    ``accepted_here`` is false where the centre only decides: an entrusted item is applied for at the entrusting centre.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="items")
    item_class = models.CharField(max_length=20, choices=ItemClass.choices)
    life_events = ArrayField(models.CharField(max_length=40), default=list)
    pinyin = models.CharField(max_length=600)
    initials = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    accepted_here = models.BooleanField(default=True)
    default_rules = json_list("rules by which silence counts as a grant, ever switched on here: defaults.DefaultRule")
    current_version = models.ForeignKey(
        "ItemVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemVersion(models.Model):
    """One published wording of an item (B-05): the six disclosures (D-01), the limits (B-10) and the form.

    Days are working days. ``warning_days`` overrides the default warning threshold. ``statutory_basis`` names the
    article that sets the limit: more than 20 days need another law than 行政许可法 art. 42.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    statutory_days = models.PositiveSmallIntegerField()
    statutory_basis = models.CharField(max_length=300)
    promised_days = models.PositiveSmallIntegerField()
    warning_days = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_jointly = models.BooleanField(
        default=False, db_default=False, help_text="several departments decide together (art. 26, 42): 45 working days"
    )
    step_days = json_object("allowance of a step in working days, by step (E-24)")
    ways = json_object("renewal, tolerant acceptance, commitment: ways.Ways")
    legal_basis = models.TextField()
    conditions = models.TextField()
    procedure = models.TextField()
    fee = models.CharField(max_length=200)
    fee_basis = models.CharField(max_length=300, blank=True)
    charges = json_list("what is charged, in fen: fees.Charge; empty where nothing is, or where only words say it")
    form_schema = models.JSONField(default=list)
    source = models.CharField(max_length=300, blank=True, help_text="the document that names the item")
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["item", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="item_version_number_once"),
            models.CheckConstraint(
                condition=Q(promised_days__lte=F("statutory_days")), name="item_version_promise_within_law"
            ),
            models.CheckConstraint(
                condition=~Q(kind=CaseKind.INSTANT) | Q(promised_days=0), name="item_version_instant_is_at_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.version}"


class Material(models.Model):
    """One document an applicant has to bring (B-12). ``accepted_types`` are media types; ``max_size`` is in bytes."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="materials")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    required = models.BooleanField(default=True)
    may_follow = models.BooleanField(
        default=False, db_default=False, help_text="可容缺: may be supplied after acceptance, on a commitment"
    )
    max_size = models.PositiveIntegerField()
    accepted_types = ArrayField(models.CharField(max_length=100))
    note = models.CharField(max_length=300, blank=True)
    display_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["version", "display_order", "code"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="material_code_once")]

    def __str__(self) -> str:
        return self.name


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Named filters over delegations."""

    def ended_after(self, on: date) -> DelegationQuerySet:
        """Those that neither ran out nor were revoked before the day, whether they have begun or not."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=on),
        )

    def in_force(self, on: date) -> DelegationQuerySet:
        """Inside the dates, not revoked before the day, and with the three-point hand-over complete (C-02)."""
        return self.ended_after(on).filter(
            valid_from__lte=on,
            docking_done_on__lte=on,
            training_done_on__lte=on,
            documents_done_on__lte=on,
        )


class Delegation(models.Model):
    """An item's power moved from a department at an upper centre to one at a lower centre (C-01 … C-04).

    Both centres hold the row, each in its own schema; centres and departments are named by code, never joined.
    The case travels down for DEVOLVED and ENTRUSTED, up for FORWARDED.
    """

    item_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=DelegationKind.choices)
    part = models.CharField(max_length=5, choices=DelegationPart.choices, default=DelegationPart.WHOLE)
    part_scope = models.CharField(max_length=200, blank=True, help_text="which part, when only a part is delegated")
    from_centre_code = models.CharField(max_length=12)
    from_centre_name = models.CharField(max_length=100)
    from_department_code = models.CharField(max_length=20)
    from_department_name = models.CharField(max_length=100)
    to_centre_code = models.CharField(max_length=12)
    to_centre_name = models.CharField(max_length=100)
    to_department_code = models.CharField(max_length=20)
    to_department_name = models.CharField(max_length=100)
    legal_basis = models.TextField(help_text="C-04: mandatory")
    evaluation_note = models.TextField(help_text="C-03: why the lower level can do it")
    docking_done_on = models.DateField(null=True, blank=True)
    training_done_on = models.DateField(null=True, blank=True)
    documents_done_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["item_code", "to_centre_code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item_code", "from_centre_code", "to_centre_code", "valid_from"], name="delegation_once_a_day"
            ),
            models.CheckConstraint(condition=~Q(legal_basis=""), name="delegation_has_legal_basis"),
            models.CheckConstraint(
                condition=~Q(from_centre_code=F("to_centre_code")), name="delegation_between_two_centres"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="delegation_dates_in_order",
            ),
        ]
        indexes = [models.Index(fields=["item_code"], name="delegation_by_item")]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_code} {self.from_centre_code}→{self.to_centre_code}"

    def sends_case_to(self, centre_code: str) -> str | None:
        """The centre to which a case applied for at ``centre_code`` goes under this delegation; None: it stays.

        DEVOLVED and ENTRUSTED go down from the upper centre, FORWARDED goes up from the lower one.
        """
        if self.kind == DelegationKind.FORWARDED:
            return self.from_centre_code if centre_code == self.to_centre_code else None
        return self.to_centre_code if centre_code == self.from_centre_code else None
