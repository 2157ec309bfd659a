"""Attachments of a centre: what is known about an object in S3. The bytes are never in the database."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from zt_storage.errors import RejectReason
from zt_tenants.language import bilingual


class AttachmentState(models.TextChoices):
    """PENDING (announced) → VERIFIED (size, digest and real type checked) or REJECTED."""

    PENDING = "PENDING", bilingual("待上传", "Awaited")
    VERIFIED = "VERIFIED", bilingual("已核验", "Verified")
    REJECTED = "REJECTED", bilingual("未通过检查", "Rejected")


class Attachment(models.Model):
    """One file of a centre.

    ``object_key`` is where the bytes are now: in the landing area while the browser may still write them, under a key
    of its own (``c/<code>/att/<uuid>``) from the moment they are checked. ``sha256`` (hex), ``size`` (bytes) and
    ``content_type`` are what was measured, the ``declared_…`` fields what was announced.
    """

    id = models.BigAutoField(primary_key=True)
    object_key = models.CharField(max_length=120, unique=True)
    file_name = models.CharField(max_length=200)
    declared_size = models.BigIntegerField()
    declared_type = models.CharField(max_length=100)
    size = models.BigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    content_type = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=10, choices=AttachmentState.choices, default=AttachmentState.PENDING)
    reject_reason = models.CharField(max_length=10, choices=RejectReason.choices, blank=True, default="")
    owner_account_id = models.UUIDField(null=True, blank=True)
    source_centre_code = models.CharField(max_length=12, blank=True, default="")
    source_key = models.CharField(max_length=120, blank=True, default="")
    offered_to = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        db_default=Value([], output_field=ArrayField(models.CharField(max_length=12))),
        help_text="centres elsewhere that a message named it to: they may fetch the bytes",
    )
    purpose = models.CharField(
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text="for what it is sent, in the words of the caller",
    )
    multipart = models.JSONField(
        null=True,
        blank=True,
        help_text="of a file sent in parts, until it is checked: upload_id, part_bytes, digests by part number",
    )
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # Counts the unfinished uploads of one account; finished ones are not in it.
            models.Index(fields=["owner_account_id"], condition=Q(state="PENDING"), name="attachment_pending_by_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_key", "sha256"], condition=~Q(source_key=""), name="attachment_copied_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="VERIFIED")
                | Q(size__isnull=False, verified_at__isnull=False) & ~Q(sha256="") & ~Q(content_type=""),
                name="attachment_verified_is_measured",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_verified(self) -> bool:
        """Whether the bytes were checked and may be used."""
        return self.state == AttachmentState.VERIFIED
