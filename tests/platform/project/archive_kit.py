"""What the tests of a centre's archive share: write one, read one, and compare whole schemas."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects
from zt_tenants.archive import Place, Restored, export_centre, import_centre
from zt_tenants.context import outside_centres
from zt_tenants.models import Centre

WORDS = "口令 passphrase 一二三"


def rows_of(schema: str) -> dict[str, tuple[int, str]]:
    """Every table of a schema: how many rows, and a digest over all of them."""
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), md5(string_agg(r::text, E'\\n' ORDER BY r::text)) FROM \"{schema}\".{table} r"
            )
            found[table] = cursor.fetchone()
    return found


def count_of_schemas() -> int:
    """How many centres have a schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'c\\_%%'")
        return cursor.fetchone()[0]


def drop_schema(schema: str) -> None:
    """The centre is lost."""
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')


def export_to(centre: Centre, target: Path, **more) -> Path:
    """Write the archive as the command line does."""
    export_centre(centre, target, shared=SHARED_TABLES, objects=AttachmentObjects(), **more)
    return target


def import_from(source: Path, *, place: Place | None = None, **more) -> Restored:
    """Restore as the command line does."""
    return import_centre(source, place=place or Place(), shared=SHARED_TABLES, objects=AttachmentObjects(), **more)
