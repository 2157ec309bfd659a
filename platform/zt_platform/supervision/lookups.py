"""``…__one_of``: like ``__in`` for text, but thousands of values travel as one array instead of as a placeholder each."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class OneOf(Lookup):
    """``column = ANY(array)``: the statement's text, and so the time to prepare it, does not grow with the values."""

    lookup_name = "one_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        """The values as one parameter."""
        del connection
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The comparison."""
        left, parameters = self.process_lhs(compiler, connection)
        right, values = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*parameters, *values]
