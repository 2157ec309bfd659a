"""The key store (private keys, in a PostgreSQL schema of its own) and the registry of public keys (shared)."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from zt_tenants.language import bilingual
from zt_tenants.wall.access import SharedAccess


class KeyUsage(models.TextChoices):
    """What a key is for; a key is never used for anything else."""

    ROOT = "root", bilingual("省级根密钥", "Province's root key")
    MESSAGE = "message", bilingual("报文签名密钥", "Message key")
    ENCRYPTION = "encryption", bilingual("报文加密密钥", "Encryption key")


class PrivateKey(models.Model):
    """A wrapped private key (AES-256-GCM; bound to centre and key id). Only
    :mod:`zt_interop.keys.database_holder` reads this table."""

    access = SharedAccess(signer="SELECT, INSERT, UPDATE, DELETE")

    kid = models.CharField(primary_key=True, max_length=128)
    centre_id = models.UUIDField(db_index=True)
    suite = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    wrapping_key_id = models.CharField(max_length=20)
    created_at = models.DateTimeField()

    class Meta:
        db_table = '"keystore"."private_key"'

    def __str__(self) -> str:
        return self.kid


class PublicKeyQuerySet(models.QuerySet["PublicKey"]):
    """Named filters over the registry."""

    def valid_at(self, moment: datetime) -> PublicKeyQuerySet:
        """Keys inside their validity and not revoked."""
        return self.filter(not_before__lte=moment, not_after__gt=moment, revoked_at__isnull=True)


class PublicKey(models.Model):
    """A row of the key registry. ``statement`` is the province's signature over all the other columns but revocation.

    The centre's code is kept beside its id, because the code is what messages carry and it may change later.
    """

    access = SharedAccess(
        centre="SELECT", portal="SELECT", relay="SELECT, INSERT, UPDATE", signer="SELECT", supervision="SELECT"
    )

    kid = models.CharField(primary_key=True, max_length=128)
    centre_id = models.UUIDField(db_index=True)
    centre_code = models.CharField(max_length=12)
    suite = models.CharField(max_length=40)
    usage = models.CharField(max_length=10, choices=KeyUsage.choices)
    public_key = models.BinaryField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    statement = models.TextField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = PublicKeyQuerySet.as_manager()

    class Meta:
        ordering = ["centre_code", "-not_before"]

    def __str__(self) -> str:
        return self.kid
