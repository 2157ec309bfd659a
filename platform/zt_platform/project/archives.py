"""What the archive of a centre takes along from this project's apps: shared rows and attachments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection

from zt_interop.head_exchange import expect_heads
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry, StaffSeatEntry
from zt_platform.workcalendar.commands import recount_here
from zt_storage import objects
from zt_storage.models import Attachment, AttachmentState
from zt_tenants.archive import ObjectLine, SharedTable
from zt_tenants.context import enter
from zt_tenants.models import Centre, Timer

SHARED_TABLES: Final = (
    *(SharedTable(model._meta.db_table) for model in (ItemIndexEntry, ApplicantCaseEntry, StaffSeatEntry)),
    SharedTable(Timer._meta.db_table, owner="centre_id", later=True),
)
"""The rows by which a centre is found, and its timers, which fit its cases as they were at that instant. Not among
them: the message queue and the keys, which must never be set back (a stream that repeats its sequence is refused),
notices, which would be sent again, the supervision store, which is the province's, and accounts."""


_PAGE = 1000


def catch_up(centre: Centre) -> None:
    """Let a restored centre learn what it has missed since its archive was made.

    What the others have sent comes again by itself; its running limits are counted by the calendar as it is now. A closed
    copy misses nothing.
    """
    expect_heads(centre.code)
    if centre.closed_on is None:
        with enter(centre):
            recount_here()


class AttachmentObjects:
    """The object store behind :class:`zt_tenants.archive.ObjectStore`."""

    def listed(self, schema: str) -> Iterator[ObjectLine]:
        """The checked attachments of a centre's schema, a thousand at a time."""
        table = connection.ops.quote_name(schema) + "." + connection.ops.quote_name(Attachment._meta.db_table)
        last = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id, object_key, size, sha256, content_type FROM {table}"  # noqa: S608 - quoted names
                    " WHERE state = %s AND id > %s ORDER BY id LIMIT %s",
                    [AttachmentState.VERIFIED, last, _PAGE],
                )
                page = cursor.fetchall()
            for last, key, size, sha256, content_type in page:  # noqa: B007 - the last id begins the next page
                yield ObjectLine(key=key, size=size, sha256=sha256, content_type=content_type)
            if len(page) < _PAGE:
                return

    def read(self, key: str) -> Iterator[bytes]:
        """The bytes of an object."""
        return objects.chunks(key)

    def has(self, key: str) -> bool:
        """Whether there is such an object."""
        return objects.stat(key) is not None

    def write(self, line: ObjectLine, data: Iterator[bytes]) -> None:
        """Put an object back; attachments are at most some tens of megabytes, so one is held in memory."""
        objects.put(line.key, b"".join(data), line.content_type)

    def remove(self, key: str) -> None:
        """Take an object away again."""
        objects.remove(key)
