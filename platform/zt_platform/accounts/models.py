"""Accounts (one login for everybody) and authorisations to act for a legal person. Shared by all centres.

What identifies a person is stored sealed; a blind index beside it finds equal values; what is shown is masked.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from zt_tenants.clock import now
from zt_tenants.fields import SealedTextField
from zt_tenants.language import bilingual
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.access import SharedAccess

PHONE_INDEX = "accounts.phone"
PHONE_TAIL_INDEX = "accounts.phone_tail"
RESIDENT_ID_INDEX = "accounts.resident_id"
CREDIT_CODE_INDEX = "accounts.uscc"


class Verification(models.TextChoices):
    """Whether an identity or an authorisation has been proven, and by whom."""

    UNVERIFIED = "UNVERIFIED", bilingual("未核验", "Unverified")
    BY_CLERK = "BY_CLERK", bilingual("窗口已核验", "Verified by a clerk")
    BY_SERVICE = "BY_SERVICE", bilingual("数据核验", "Verified by a data service")


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by username, as the authentication framework asks."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account with this username, case-insensitively."""
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser):
    """One person's login: applicant, staff member or both."""

    access = SharedAccess(portal="SELECT, INSERT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    full_name = SealedTextField()
    phone = SealedTextField()
    phone_index = models.BinaryField(max_length=32, db_index=True)
    phone_tail_index = models.BinaryField(max_length=32)
    phone_masked = models.CharField(max_length=20)
    resident_id = SealedTextField(null=True)
    resident_id_index = models.BinaryField(max_length=32, null=True, unique=True)
    resident_id_masked = models.CharField(max_length=18, blank=True)
    verification = models.CharField(max_length=10, choices=Verification.choices, default=Verification.UNVERIFIED)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True, help_text="account of the clerk")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username

    @property
    def is_verified(self) -> bool:
        """True once a clerk or a data service has proven who this is."""
        return self.verification != Verification.UNVERIFIED


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Named filters over authorisations."""

    def live(self) -> AuthorisationQuerySet:
        """Those that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class Authorisation(models.Model):
    """An account may act for a legal person (申请人/代理人), from a date until a date."""

    access = SharedAccess(portal="SELECT, INSERT, UPDATE")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="authorisations")
    organisation_name = models.CharField(max_length=120)
    uscc = SealedTextField()
    uscc_index = models.BinaryField(max_length=32)
    uscc_masked = models.CharField(max_length=18)
    valid_from = models.DateField()
    valid_until = models.DateField()
    verification = models.CharField(max_length=10, choices=Verification.choices, default=Verification.UNVERIFIED)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.UUIDField(null=True, help_text="account of the clerk")
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ["organisation_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="authorisation_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["account", "uscc_index"],
                condition=models.Q(revoked_at__isnull=True),
                name="authorisation_once_per_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} {self.uscc_masked}"

    @property
    def is_verified(self) -> bool:
        """True once a clerk or a data service has seen the authorisation."""
        return self.verification != Verification.UNVERIFIED


class AccountEvent(models.Model):
    """Append-only log of what happened to an account: registered, locked, verified, authorised."""

    access = SharedAccess(portal="SELECT, INSERT")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor_account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    centre_code = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["account", "id"], name="account_event_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
