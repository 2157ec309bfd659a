"""Restoring an archive: all of it in one transaction, in place of a lost centre or beside the living one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from zt_tenants import clock
from zt_tenants.archive import container, tables
from zt_tenants.archive.errors import ArchiveNotRestorable, ArchiveUnreadable, CentreLives, CodeTaken
from zt_tenants.archive.export import ObjectStore
from zt_tenants.archive.manifest import Manifest
from zt_tenants.archive.tables import SharedTable
from zt_tenants.archive.verify import check, object_lines
from zt_tenants.context import outside_centres
from zt_tenants.errors import InvalidInput, UnknownCentre
from zt_tenants.models import Centre, FormerCode, SchemaStep
from zt_tenants.schema import SHARED_SCHEMA, run_steps
from zt_tenants.uuid7 import uuid7
from zt_tenants.wall.raising import close_around, open_a_place

_CODE = re.compile(r"\d{6}(\d{3})?")
_COPY_CODES = range(990001, 990999)  # GB/T 2260 gives no division a code that begins with 99


@dataclass(frozen=True, slots=True)
class Restored:
    """What an import did."""

    centre: Centre
    manifest: Manifest
    rows: int
    objects_written: int
    steps_added: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an archive goes: in place of its centre (``code`` empty), or beside it as a closed copy under ``code``."""

    beside: bool = False
    code: str = ""
    replace: bool = False


def inspect_archive(source: Path, *, passphrase: str | None = None) -> Manifest:
    """Check an archive against its manifest and this release, and write nothing.

    Raises:
        ArchiveUnreadable, ArchivePassphrase, ArchiveNewer.
    """
    with container.reading(source, passphrase=passphrase) as archive:
        return check(archive)


def import_centre(
    source: Path,
    *,
    place: Place,
    shared: Sequence[SharedTable],
    objects: ObjectStore,
    passphrase: str | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> Restored:
    """Restore a centre from an archive.

    The archive is checked wholly before anything is written; then one transaction writes schema, rows, numbering and
    the centre's rows of the shared tables, or nothing. An older archive is brought up by the schema steps it lacks.
    Beside the living centre the copy is a centre of its own with another id and code, closed from the start: it can be
    read, is not searched, not supervised, and sends nothing.

    Raises:
        ArchiveUnreadable, ArchivePassphrase, ArchiveNewer: the archive cannot be used.
        CentreLives: its centre is there and ``place.replace`` was not said. CodeTaken, InvalidInput: the code.
        UnknownCentre: the centre above it does not exist here. ArchiveNotRestorable: the database refused; undone.
    """
    with container.reading(source, passphrase=passphrase) as archive:
        manifest = check(archive)
        written: list[str] = []
        try:
            with outside_centres():
                _refuse_early(manifest, place)
                _restore_objects(archive, manifest, objects, written)
                with transaction.atomic(durable=True):
                    work = _Restore(archive, manifest, place, shared, progress)
                    restored = work.run()
        except BaseException as failure:
            for key in written:
                objects.remove(key)
            if isinstance(failure, psycopg.Error | DatabaseError):
                raise ArchiveNotRestorable(detail=str(failure).strip().partition("\n")[0]) from failure
            raise
    return Restored(restored, manifest, work.rows, len(written), work.steps_added)


def _refuse_early(manifest: Manifest, place: Place) -> None:
    """What would be refused anyway is refused before objects are written."""
    if place.beside:
        if place.code and not _CODE.fullmatch(place.code):
            raise InvalidInput(
                field="as_code", zh="代码应为6位或9位数字。", en="The code of a copy has six or nine digits."
            )
        if place.code and Centre.objects.filter(code=place.code).exists():
            raise CodeTaken(centre=place.code)
    elif not place.replace and _schema_exists(Centre.schema_name_for(manifest.centre.id)):
        raise CentreLives(centre=f"{manifest.centre.code} {manifest.centre.name}")


def _schema_exists(schema: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


def _restore_objects(archive: zipfile.ZipFile, manifest: Manifest, objects: ObjectStore, written: list[str]) -> None:
    """Put attachments back that the store lost; what is there is left alone (keys are never written twice)."""
    if not manifest.attachments_included:
        return
    for line in object_lines(archive):
        if not objects.has(line.key):
            written.append(line.key)
            objects.write(line, container.chunks(archive, f"objects/{line.sha256}"))


class _Restore:
    """The writing part, inside one transaction."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        manifest: Manifest,
        place: Place,
        shared: Sequence[SharedTable],
        progress: Callable[[str], None],
    ) -> None:
        self._archive, self._manifest, self._place = archive, manifest, place
        self._shared, self._progress = shared, progress
        self.rows = 0
        self.steps_added = 0

    def run(self) -> Centre:
        """Write everything; the caller commits."""
        centre = self._centre()
        with connection.cursor() as cursor:
            self._make_schema(cursor, centre)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # tables refer to each other in circles; steps set IMMEDIATE
            self._fill(cursor, centre.schema_name)
            self._set_sequences(cursor, centre.schema_name)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a broken reference is found here, not at the commit
            centre.schema_ordinal = self._add_missing_steps(centre.schema_name)
            close_around(centre)
            if not self._place.beside:
                self._fill_shared(cursor, centre)
        new = centre._state.adding
        centre.save(force_insert=new)
        if new and not self._place.beside:
            until = self._manifest.made_at.date()
            rows = [
                FormerCode(code=code, centre=centre, valid_until=until) for code in self._manifest.centre.former_codes
            ]
            FormerCode.objects.bulk_create(rows, ignore_conflicts=True)
        return centre

    def _centre(self) -> Centre:
        said = self._manifest.centre
        if self._place.beside:
            return self._copy()
        centre = Centre.objects.select_for_update(of=("self",)).filter(id=said.id).first()
        if centre is not None:
            return centre
        if Centre.objects.filter(code=said.code).exists():
            raise CodeTaken(centre=said.code)
        return self._new(
            id=said.id,
            code=said.code,
            name=said.name,
            closed_on=said.closed_on,
            abolished_on=said.abolished_on,
            successor_ids=list(said.successor_ids),
        )

    def _copy(self) -> Centre:
        said = self._manifest.centre
        taken = set(Centre.objects.filter(code__startswith="99").values_list("code", flat=True))
        code = self._place.code or next(str(free) for free in _COPY_CODES if str(free) not in taken)
        name = f"{said.name}({self._manifest.made_at:%Y-%m-%d}备份)"[:100]
        return self._new(id=uuid7(), code=code, name=name, closed_on=clock.today())

    def _new(self, **fields: Any) -> Centre:
        said = self._manifest.centre
        parent = Centre.objects.filter(code=said.parent_code).first() if said.parent_code else None
        if said.parent_code and parent is None:
            raise UnknownCentre(centre=said.parent_code)
        return Centre(
            schema_name=Centre.schema_name_for(fields["id"]),
            short_name=said.short_name,
            level=said.level,
            parent=parent,
            pinyin=said.pinyin,
            pinyin_initials=said.pinyin_initials,
            opened_on=said.opened_on,
            ready_at=clock.now(),
            **fields,
        )

    def _make_schema(self, cursor: Any, centre: Centre) -> None:
        schema = centre.schema_name
        if self._place.replace and not self._place.beside:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        open_a_place(centre)
        steps = SchemaStep.objects.filter(ordinal__lte=self._manifest.schema_ordinal)
        run_steps(schema, steps, python=False)  # the archived rows have been through the data migrations

    def _fill(self, cursor: Any, schema: str) -> None:
        here = tables.columns_by_table(cursor, schema)
        said = {part.table: part.columns for part in self._manifest.tables}
        if here.keys() != said.keys() or any(sorted(here[name]) != sorted(said[name]) for name in here):
            raise ArchiveUnreadable(detail="other tables or columns than its schema steps make")
        for part in self._manifest.tables:
            self._progress(part.table)
            data = container.chunks(self._archive, f"tables/{part.table}")
            tables.copy_in(cursor, sql.Identifier(schema, part.table), part.columns, data)
            self.rows += part.rows

    def _set_sequences(self, cursor: Any, schema: str) -> None:
        names = {(table, column): name for name, table, column in tables.sequences(cursor, schema)}
        for one in self._manifest.sequences:
            name = names.get((one.table, one.column))
            if name is None:
                raise ArchiveUnreadable(detail=f"numbering of {one.table}.{one.column}")
            cursor.execute("SELECT setval(%s, %s, %s)", [f'"{schema}"."{name}"', one.last_value, one.is_called])

    def _add_missing_steps(self, schema: str) -> int:
        missing = list(SchemaStep.objects.filter(ordinal__gt=self._manifest.schema_ordinal))
        self.steps_added = len(missing)
        run_steps(schema, missing)
        return missing[-1].ordinal if missing else self._manifest.schema_ordinal

    def _fill_shared(self, cursor: Any, centre: Centre) -> None:
        """Exchange the centre's rows of the shared tables for the archived ones; rows of others are refused."""
        known = tables.columns_by_table(cursor, SHARED_SCHEMA)
        said = {part.table: part for part in self._manifest.shared}
        for part in self._shared:
            rows = said.get(part.table)
            if rows is None and part.later:
                continue
            if rows is None or not set(rows.columns) <= set(known[part.table]):
                raise ArchiveUnreadable(detail=f"shared rows of {part.table}")
            self._exchange(cursor, part, rows.columns, centre)
            self.rows += rows.rows

    def _exchange(self, cursor: Any, part: SharedTable, columns: Sequence[str], centre: Centre) -> None:
        table, waiting = sql.Identifier(SHARED_SCHEMA, part.table), sql.Identifier(f"archived_{part.table}")
        owner = sql.Identifier(part.owner)
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        cursor.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(waiting, table))
        tables.copy_in(cursor, waiting, columns, container.chunks(self._archive, f"shared/{part.table}"))
        cursor.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE {} IS DISTINCT FROM %s").format(waiting, owner),
            [part.belonging_to(code=self._manifest.centre.code, id=self._manifest.centre.id)],
        )
        if cursor.fetchone()[0]:
            raise ArchiveUnreadable(detail=f"{part.table} holds rows of another centre")
        # The code may have changed since the archive was made.
        own = part.belonging_to(code=centre.code, id=centre.id)
        cursor.execute(sql.SQL("UPDATE {} SET {} = %s").format(waiting, owner), [own])
        cursor.execute(sql.SQL("DELETE FROM {} WHERE {} = %s").format(table, owner), [own])
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(table, names, names, waiting))
