"""What the portal looks up across centres. Shared, fed by the centres; never the source of any right or rule."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess, own


class ItemIndexEntry(models.Model):
    """One published item of one centre, as the portal's search needs it.

    ``kind`` is the value of catalogue.CaseKind. The centre is kept by value (id, code, name): this app joins nothing.
    There is no trigram index: most words searched for are two characters long, too short for one, and reading all
    entries of the largest provinces takes a few hundredths of a second.
    """

    access = SharedAccess(
        centre="SELECT, INSERT, UPDATE, DELETE", rows=own("centre_code"), reads_all=True, portal="SELECT"
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    centre_id = models.UUIDField()
    centre_code = models.CharField(max_length=12)
    centre_name = models.CharField(max_length=100)
    item_code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    department_name = models.CharField(max_length=100)
    pinyin = models.CharField(max_length=600)
    initials = models.CharField(max_length=200)
    life_events = ArrayField(models.CharField(max_length=40), default=list)
    kind = models.CharField(max_length=10)
    promised_days = models.PositiveSmallIntegerField()
    statutory_days = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["centre_code", "item_code"]
        constraints = [
            models.UniqueConstraint(fields=["centre_code", "item_code"], name="item_index_once_per_centre"),
        ]
        indexes = [
            models.Index(fields=["item_code"], name="item_index_by_item"),
        ]

    def __str__(self) -> str:
        return f"{self.centre_code} {self.item_code} {self.name}"


class ApplicantCaseEntry(models.Model):
    """One case of an applicant at one centre, for "my cases"; the centre itself holds the case.

    An online draft has a row, too, until it is submitted: ``draft_id`` is its key there, and its number is made of it.
    ``duty`` says what waits for the applicant (:mod:`zt_platform.cases.duties`), ``duty_by`` until when.
    """

    access = SharedAccess(centre="SELECT, INSERT, UPDATE, DELETE", rows=own("centre_code"), portal="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField()
    tracking_number = models.CharField(max_length=40)
    centre_code = models.CharField(max_length=12)
    centre_name = models.CharField(max_length=100)
    item_code = models.CharField(max_length=40)
    item_name = models.CharField(max_length=200)
    status = models.CharField(max_length=40)
    updated_at = models.DateTimeField()
    duty = models.CharField(max_length=20, blank=True, default="", db_default="")
    duty_by = models.DateTimeField(null=True)
    draft_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "tracking_number", "centre_code"], name="applicant_case_once_per_centre"
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "-updated_at", "-id"], name="applicant_case_latest_first"),
            models.Index(fields=["tracking_number"], name="applicant_case_by_number"),
            models.Index(fields=["account_id"], condition=~Q(duty=""), name="applicant_case_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.tracking_number} {self.centre_code} {self.status}"


class StaffSeatEntry(models.Model):
    """In which centres an account holds a post, so that sign-in can lead there. It grants nothing."""

    access = SharedAccess(centre="SELECT, INSERT, UPDATE, DELETE", rows=own("centre_code"), portal="SELECT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account_id = models.UUIDField()
    centre_code = models.CharField(max_length=12)
    centre_name = models.CharField(max_length=100)

    class Meta:
        ordering = ["centre_code"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "centre_code"], name="staff_seat_once_per_centre"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.centre_code}"
