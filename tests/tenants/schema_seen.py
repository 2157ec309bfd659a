"""In which schema a connection is, as the server says."""

from __future__ import annotations

from django.db import connection


def schema_seen() -> str:
    """The first schema of the search path that exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])
