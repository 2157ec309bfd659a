"""Writing an archive: one snapshot of one centre, streamed table by table."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from zt_tenants import clock
from zt_tenants.archive import tables
from zt_tenants.archive.container import writing
from zt_tenants.archive.errors import ArchiveNotWritten
from zt_tenants.archive.manifest import NAME, Identity, Manifest, Rows
from zt_tenants.archive.manifest import Sequence as NumberedColumn
from zt_tenants.archive.tables import SharedTable
from zt_tenants.context import outside_centres
from zt_tenants.models import Centre, SchemaStep
from zt_tenants.schema import SHARED_SCHEMA

ATTACHMENT_LIST = "attachments.jsonl"


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """One attachment: where its bytes lie in the object store, how many, their digest (hex) and type."""

    key: str
    size: int
    sha256: str
    content_type: str


class ObjectStore(Protocol):
    """The object store as the archive sees it; :mod:`zt_storage` stands behind it."""

    def listed(self, schema: str) -> Iterable[ObjectLine]:
        """The checked attachments that the tables of this schema name, read over the current connection."""

    def read(self, key: str) -> Iterator[bytes]:
        """The bytes of an object, in pieces."""

    def has(self, key: str) -> bool:
        """Whether there is such an object."""

    def write(self, line: ObjectLine, data: Iterator[bytes]) -> None:
        """Put an object back under its key."""

    def remove(self, key: str) -> None:
        """Take an object away again."""


def export_centre(
    centre: Centre,
    target: Path,
    *,
    shared: Sequence[SharedTable],
    objects: ObjectStore,
    passphrase: str | None = None,
    with_attachments: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> Manifest:
    """Write all of a centre into one file.

    All tables are read in one REPEATABLE READ transaction, so the archive is the centre at one instant while work goes
    on. Memory does not grow with the centre. Sealed columns stay sealed: whoever restores needs the vault keys.
    Accounts are references; neither they nor signing keys are in the archive.

    Raises:
        ArchiveNotWritten: the file could not be written, or the database went away. DomainError of the object store:
        an attachment is not there. In all cases no file is left.
    """
    try:
        with outside_centres(), writing(target, passphrase=passphrase) as archive, transaction.atomic(durable=True):
            return _write(archive, centre, shared, objects, with_attachments, progress)
    except (psycopg.Error, DatabaseError) as failure:
        raise ArchiveNotWritten(detail=str(failure).strip().partition("\n")[0]) from failure


def _write(
    archive: zipfile.ZipFile,
    centre: Centre,
    shared: Sequence[SharedTable],
    objects: ObjectStore,
    with_attachments: bool,
    progress: Callable[[str], None],
) -> Manifest:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        centre = Centre.objects.select_related("parent").get(id=centre.id)
        steps = SchemaStep.objects.filter(ordinal__lte=centre.schema_ordinal).values_list("app_label", "name")
        writer = _Writer(archive, cursor, progress)
        listing = writer.listing(objects.listed(centre.schema_name))
        manifest = Manifest(
            centre=Identity.of(centre),
            made_at=clock.now(),
            schema_ordinal=centre.schema_ordinal,
            steps=tuple(f"{app}.{name}" for app, name in steps),
            tables=tuple(writer.own_tables(centre.schema_name)),
            shared=tuple(writer.shared_tables(shared, centre)),
            sequences=tuple(writer.sequences(centre.schema_name)),
            attachments=listing.count,
            attachment_bytes=listing.size,
            attachments_sha256=listing.digest,
            attachments_included=with_attachments,
        )
        if with_attachments:
            writer.objects(objects, centre.schema_name)
        archive.writestr(NAME, manifest.to_json())
    return manifest


@dataclass(slots=True)
class _Listing:
    count: int = 0
    size: int = 0
    digest: str = ""


class _Writer:
    """Streams parts of a centre into the archive and measures them on the way."""

    def __init__(self, archive: zipfile.ZipFile, cursor: Any, progress: Callable[[str], None]) -> None:
        self._archive, self._cursor, self._progress = archive, cursor, progress

    def _put(self, entry: str, data: Iterable[bytes]) -> tuple[int, str]:
        """Write an entry; returns its lines and digest."""
        digest, lines = hashlib.sha256(), 0
        self._progress(entry)
        with self._archive.open(entry, "w", force_zip64=True) as sink:
            for block in data:
                digest.update(block)
                lines += block.count(b"\n")
                sink.write(block)
        return lines, digest.hexdigest()

    def own_tables(self, schema: str) -> Iterator[Rows]:
        """All tables of the centre's schema. COPY text has one line a row: newlines inside values are escaped."""
        for table, columns in tables.columns_by_table(self._cursor, schema).items():
            data = tables.copy_out(self._cursor, sql.Identifier(schema, table), columns)
            yield Rows(table, columns, *self._put(f"tables/{table}", data))

    def shared_tables(self, shared: Sequence[SharedTable], centre: Centre) -> Iterator[Rows]:
        """The centre's rows of the shared tables."""
        known = tables.columns_by_table(self._cursor, SHARED_SCHEMA)
        for part in shared:
            columns = known[part.table]
            owner = sql.Literal(part.belonging_to(code=centre.code, id=centre.id))
            where = sql.SQL("{} = {}").format(sql.Identifier(part.owner), owner)
            data = tables.copy_out(self._cursor, sql.Identifier(SHARED_SCHEMA, part.table), columns, where=where)
            yield Rows(part.table, columns, *self._put(f"shared/{part.table}", data))

    def sequences(self, schema: str) -> Iterator[NumberedColumn]:
        """Where the numbering stands."""
        for name, table, column in tables.sequences(self._cursor, schema):
            self._cursor.execute(
                sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name)).as_string(None)
            )
            yield NumberedColumn(table, column, *self._cursor.fetchone())

    def listing(self, lines: Iterable[ObjectLine]) -> _Listing:
        """The list of attachments, one JSON object a line."""
        found = _Listing()

        def rows() -> Iterator[bytes]:
            for line in lines:
                found.size += line.size
                yield json.dumps(asdict(line), sort_keys=True).encode() + b"\n"

        found.count, found.digest = self._put(ATTACHMENT_LIST, rows())
        return found

    def objects(self, store: ObjectStore, schema: str) -> None:
        """The attachments' bytes, each digest once."""
        written: set[str] = set()
        for line in store.listed(schema):
            if line.sha256 not in written:
                written.add(line.sha256)
                self._put(f"objects/{line.sha256}", store.read(line.key))
