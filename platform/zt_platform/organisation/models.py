"""Departments, windows and staff of one centre (A-02, A-05). Lies in each centre's schema."""

from __future__ import annotations

from datetime import date, time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from zt_platform.organisation.roles import Role
from zt_tenants.language import bilingual

__all__ = ["CentreProfile", "Department", "Role", "StaffMember", "Window"]


class CentreProfile(models.Model):
    """What the centre says about itself and its own thresholds; one row (``id`` is always 1)."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    opens_at = models.TimeField(default=time(9, 0))
    closes_at = models.TimeField(default=time(17, 0))
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    red_threshold_days = models.PositiveSmallIntegerField(
        default=3, help_text="working days over the limit after which a case turns red"
    )

    quiet_from = models.TimeField(
        default=time(21, 0), db_default=time(21, 0), help_text="from when no text message is sent that can wait"
    )
    quiet_until = models.TimeField(default=time(8, 0), db_default=time(8, 0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="centre_profile_is_one_row"),
            models.CheckConstraint(condition=Q(closes_at__gt=models.F("opens_at")), name="centre_profile_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class Department(models.Model):
    """A department resident in the centre (进驻部门). ``code`` is the province-wide key (GA, SC, …)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160)
    telephone = models.CharField(max_length=30, blank=True)
    display_order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["display_order", "code"]

    def __str__(self) -> str:
        return self.name


class WindowQuerySet(models.QuerySet["Window"]):
    """Named filters over windows."""

    def open_on(self, day: date) -> WindowQuerySet:
        """Windows that serve on a day (effective dates, A-05)."""
        return self.filter(valid_from__lte=day).filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))


class Window(models.Model):
    """A counter of a department (窗口); one department may run several (A-05); ``zone`` is its hall (A-04)."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="windows")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160)
    zone = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = WindowQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class StaffMemberQuerySet(models.QuerySet["StaffMember"]):
    """Named filters over posts."""

    def on_post(self, day: date) -> StaffMemberQuerySet:
        """Posts that are held on a day."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), active=True, posted_on__lte=day)


class StaffMember(models.Model):
    """A person's post in this centre and the roles that go with it (A-02).

    ``account_id`` names the shared account without a database constraint; ``full_name`` is the name on the door sign.
    """

    account_id = models.UUIDField(unique=True)
    full_name = models.CharField(max_length=120)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="staff")
    window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT, related_name="staff")
    roles = ArrayField(models.CharField(max_length=40, choices=Role.choices), default=list)
    active = models.BooleanField(default=True, verbose_name=bilingual("在岗", "On post"))
    posted_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def role_labels(self) -> list[str]:
        """The roles in words, in the order in which they are always named."""
        return [str(role.label) for role in Role if role.value in self.roles]
