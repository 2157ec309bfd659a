"""Taking a copy away again that was restored beside its living centre: row, schema and database role."""

from __future__ import annotations

from django.db import connection, transaction

from zt_tenants.context import outside_centres
from zt_tenants.errors import Conflict, UnknownCentre
from zt_tenants.models import Centre, Transport


class NoCopy(Conflict):
    """The code is a real centre's; those are never removed, only abolished."""

    code = "NO_COPY"
    zh = "{centre} 不是恢复的副本，不能删除；撤销中心请用 zhengtong centre abolish。"
    en = "{centre} is no restored copy and is not removed; to end a centre use zhengtong centre abolish."


def remove_copy(code: str) -> None:
    """Drop a restored copy with all that only it has, in one transaction. Its attachments are the living centre's.

    Raises:
        UnknownCentre: there is none with this code. NoCopy: it is a centre that works or worked here. Nothing was done.
    """
    with outside_centres(), transaction.atomic():
        copy = Centre.objects.select_for_update(of=("self",)).filter(code=code, transport=Transport.LOCAL).first()
        if copy is None:
            raise UnknownCentre(centre=code)
        if copy.closed_on is None:  # only copies are made closed
            raise NoCopy(centre=str(copy))
        drop_schema(copy)
        copy.delete()


def drop_schema(centre: Centre) -> None:
    """Drop a centre's schema and, with it, the role that reaches it; inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{centre.schema_name}" CASCADE')
        cursor.execute(f'DROP ROLE IF EXISTS "{centre.schema_name}"')
