"""Querysets that leave a query function unread and are read later, under the role of the part that may read them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from zt_tenants.context import beside
from zt_tenants.wall.access import DatabaseRole

M = TypeVar("M", bound=Model)


def read_beside(found: QuerySet[M, Any], role: DatabaseRole) -> QuerySet[M, Any]:
    """The same rows, read under this role whenever they are read, wherever that is."""
    beside_class = _beside_class(type(found), role)
    return beside_class(model=found.model, query=found.query, using=found._db, hints=found._hints)  # type: ignore[attr-defined]


@lru_cache(maxsize=64)
def _beside_class(base: type[QuerySet[Any, Any]], role: DatabaseRole) -> type[QuerySet[Any, Any]]:
    class ReadBeside(base):  # type: ignore[misc, valid-type]
        def _fetch_all(self) -> None:
            with beside(role):
                super()._fetch_all()

        def count(self) -> int:
            with beside(role):
                return int(super().count())

        def exists(self) -> bool:
            with beside(role):
                return bool(super().exists())

        def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            with beside(role):
                return dict(super().aggregate(*args, **kwargs))

    return ReadBeside
