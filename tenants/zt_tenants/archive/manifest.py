"""What an archive says about itself: ``manifest.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from zt_tenants.archive.errors import ArchiveNewer, ArchiveUnreadable
from zt_tenants.models import Centre

NAME: Final = "manifest.json"
KIND: Final = "zhengtong-centre-archive"
FORMAT: Final = 1
MAX_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table: COPY text of these columns, how many, and the digest (hex) of exactly these bytes."""

    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where the numbering of a column stood."""

    table: str
    column: str
    last_value: int
    is_called: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """The centre's own row, as far as it outlives a loss: parents are named by code."""

    id: UUID
    code: str
    name: str
    short_name: str
    level: str
    parent_code: str
    pinyin: str
    pinyin_initials: str
    opened_on: date
    closed_on: date | None
    abolished_on: date | None
    successor_ids: tuple[UUID, ...]
    former_codes: tuple[str, ...]

    @classmethod
    def of(cls, centre: Centre) -> Identity:
        """The identity of a centre."""
        return cls(
            id=centre.id,
            code=centre.code,
            name=centre.name,
            short_name=centre.short_name,
            level=centre.level,
            parent_code=centre.parent.code if centre.parent else "",
            pinyin=centre.pinyin,
            pinyin_initials=centre.pinyin_initials,
            opened_on=centre.opened_on,
            closed_on=centre.closed_on,
            abolished_on=centre.abolished_on,
            successor_ids=tuple(centre.successor_ids),
            former_codes=tuple(centre.former_codes.values_list("code", flat=True)),
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is checked before a row is written."""

    centre: Identity
    made_at: datetime
    schema_ordinal: int
    steps: tuple[str, ...]
    """``app.name`` of the schema steps 1 … ``schema_ordinal``."""
    tables: tuple[Rows, ...]
    shared: tuple[Rows, ...]
    sequences: tuple[Sequence, ...]
    attachments: int
    attachment_bytes: int
    attachments_sha256: str
    attachments_included: bool

    def to_json(self) -> str:
        """The manifest as JSON text."""
        return json.dumps(
            {"kind": KIND, "format": FORMAT, **asdict(self)}, default=_plain, ensure_ascii=False, indent=1
        )

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read a manifest.

        Raises:
            ArchiveUnreadable: not a manifest, or a field of the wrong kind. ArchiveNewer: a later format.
        """
        try:
            said = json.loads(text)
            if said["kind"] != KIND or type(said["format"]) is not int:
                raise ArchiveUnreadable(detail="not an archive of a centre")
            if said["format"] > FORMAT:
                raise ArchiveNewer(detail=f"format {said['format']}")
            return cls._read(said)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ArchiveUnreadable(detail=f"{NAME}: {type(error).__name__}") from error

    @classmethod
    def _read(cls, said: Mapping[str, Any]) -> Manifest:
        centre = said["centre"]
        return cls(
            centre=Identity(
                **{name: str(centre[name]) for name in _IDENTITY_TEXTS},
                id=UUID(centre["id"]),
                opened_on=date.fromisoformat(centre["opened_on"]),
                closed_on=_day(centre["closed_on"]),
                abolished_on=_day(centre["abolished_on"]),
                successor_ids=tuple(UUID(one) for one in centre["successor_ids"]),
                former_codes=tuple(str(code) for code in centre["former_codes"]),
            ),
            made_at=datetime.fromisoformat(said["made_at"]),
            schema_ordinal=int(said["schema_ordinal"]),
            steps=tuple(str(step) for step in said["steps"]),
            tables=tuple(_rows(part) for part in said["tables"]),
            shared=tuple(_rows(part) for part in said["shared"]),
            sequences=tuple(
                Sequence(str(one["table"]), str(one["column"]), int(one["last_value"]), bool(one["is_called"]))
                for one in said["sequences"]
            ),
            attachments=int(said["attachments"]),
            attachment_bytes=int(said["attachment_bytes"]),
            attachments_sha256=str(said["attachments_sha256"]),
            attachments_included=bool(said["attachments_included"]),
        )


_IDENTITY_TEXTS = ("code", "name", "short_name", "level", "parent_code", "pinyin", "pinyin_initials")


def _rows(said: Mapping[str, Any]) -> Rows:
    return Rows(
        str(said["table"]), tuple(str(name) for name in said["columns"]), int(said["rows"]), str(said["sha256"])
    )


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
