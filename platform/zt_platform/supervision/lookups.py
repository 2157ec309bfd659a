"""``…__one_of``: like ``__in`` for text, but thousands of values travel as one array instead of as a placeholder each."""

from __future__ import annotations

from typing import Any, Final, cast

from django.db.models import CharField, Lookup

_WEIGHED: Final = 200
"""Up to so many values the planner had better know."""


@CharField.register_lookup
class OneOf(Lookup):
    """``column = ANY(array)``: the statement's text, and so the time to prepare it, does not grow with the values.

    Many of them are looked up in a table that the statement hashes once. The planner does not weigh each against the
    column's statistics then (with a province's centres that took longer than the answer), nor, by ``IS TRUE``, join.
    """

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
        if len(cast(list[str], values[0])) > _WEIGHED:
            return f"({left} IN (SELECT unnest({right}::text[]))) IS TRUE", [*parameters, *values]
        return f"{left} = ANY({right})", [*parameters, *values]
