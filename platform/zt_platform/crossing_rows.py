"""What lies at two centres at once, an order or a task: a row at both, each with the history of all acts and the paper."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db import models

from zt_platform.actors import Actor
from zt_platform.papers.models import Paper
from zt_storage.models import Attachment
from zt_tenants.clock import now
from zt_tenants.context import current_centre
from zt_tenants.errors import Conflict


@dataclass(frozen=True, slots=True)
class CrossingLine:
    """One act: who, when, where, what was said. ``files`` are attachments of the centre that holds the row."""

    act: str
    at: str
    by: str
    centre: str
    text: str = ""
    account: str = ""
    files: list[int] = field(default_factory=list)

    @classmethod
    def said_now(cls, act: str, actor: Actor, text: str = "", **more: Any) -> Self:
        """What the actor does and says now at the current centre; ``more`` are the other fields of the line."""
        return cls(
            act=act,
            at=now().isoformat(),
            by=actor.name[:120],
            centre=current_centre().name,
            text=text,
            account=str(actor.account_id or ""),
            **more,
        )

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.at)

    def to_stored(self) -> dict[str, Any]:
        """As the row holds it."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """From the row."""
        return cls(**stored)


class CrossingRow(models.Model):
    """One centre's row. ``history`` is only ever added to; the paper is the centre's own or its copy of the other's."""

    history = models.JSONField(default=list)
    paper = models.ForeignKey(Paper, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    paper_copy = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    lock_version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def has_paper(self) -> bool:
        """Whether there is a paper to open here."""
        return self.paper_id is not None or self.paper_copy_id is not None

    def note(self, line: CrossingLine) -> None:
        """Add to the history (not saved)."""
        self.history = [*self.history, line.to_stored()]
        self.lock_version += 1

    def require_version(self, expected: int | None) -> None:
        """Refuse an act on a page that is older than the row; None is not checked. Raises Conflict."""
        if expected is not None and self.lock_version != expected:
            raise Conflict(field="expected_version")
