"""Papers of one centre and the counters of their numbers. Lies in each centre's schema."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zt_platform.papers.content import Snapshot
from zt_platform.papers.kinds import PaperKind
from zt_storage.models import Attachment
from zt_tenants.fields import SealedJSONField
from zt_tenants.language import bilingual


class PaperState(models.TextChoices):
    """PENDING: issued and in force, its file is still to be stored and signed. ISSUED: file and signature are there."""

    PENDING = "PENDING", bilingual("正在制作", "Being made")
    ISSUED = "ISSUED", bilingual("已签发", "Issued")


def kind_choices() -> list[tuple[str, str]]:
    """Read when asked for, so that a new word is no schema step."""
    return PaperKind.choices


class Paper(models.Model):
    """One official paper. It is in force from the commit of the act that issued it; the file follows.

    ``subject`` is what it is about (a tracking number). ``content`` is the sealed snapshot from which the file is
    rendered, always to the same bytes. ``code`` is in the QR code. ``signature`` is the issuing centre's JWS over the
    file's digest (:mod:`zt_platform.papers.signature`).
    """

    kind = models.CharField(max_length=40, choices=kind_choices)
    number = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=32, unique=True)
    subject = models.CharField(max_length=60)
    department_code = models.CharField(max_length=20, blank=True)
    department_name = models.CharField(max_length=200, help_text="in whose name it is")
    addressee_masked = models.CharField(max_length=200, blank=True)
    content = SealedJSONField(help_text="papers.content.Snapshot")
    state = models.CharField(max_length=10, choices=PaperState.choices, default=PaperState.PENDING)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True, help_text="account; null for the platform itself")
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="of the file, hexadecimal")
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    told_to = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text="code of the centre that a message told of it, with its file; empty for a paper that stays here",
    )
    signature = models.TextField(blank=True, default="", help_text="JWS of typ zt-paper+jws")
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "id"], name="paper_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ISSUED") | (~Q(sha256="") & ~Q(signature="") & Q(attachment__isnull=False)),
                name="paper_issued_is_signed",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def snapshot(self) -> Snapshot:
        """What the paper says."""
        return Snapshot.from_json(self.content)

    @property
    def file_name(self) -> str:
        """The name under which the browser saves it."""
        return f"{self.snapshot.title.zh}-{self.number}.pdf"


class PaperCounter(models.Model):
    """The last number given in a series (the words of department and kind) and year."""

    series = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="paper_counter_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"
