"""Keyset-paged connections, shaped as Relay asks (edges, cursor, pageInfo), forward only and without offsets.

A page is found by comparing the sort keys with the last row's, never by counting rows, so page 1,000 costs what page 1
costs and rows that arrive meanwhile neither repeat nor hide others. The cursor holds the last row's sort keys, the list's
name and the centre, under a MAC: it is opaque, and one of another list or of the neighbour is refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import graphene
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.crypto import salted_hmac

from zt_graphql.errors import InvalidCursor
from zt_graphql.policies import FieldPolicy
from zt_tenants.context import current_centre_or_none
from zt_tenants.errors import InvalidInput

PAGE_LIMIT = 100
DEFAULT_PAGE = 20
TOTAL_COUNT_WEIGHT = 20
_MAC_BYTES = 16
_TYPES: dict[str, Callable[[str], Any]] = {"t": datetime.fromisoformat, "d": date.fromisoformat, "u": UUID}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of the order. ``nullable`` ones sort ascending with the empty ones last."""

    attribute: str
    descending: bool = False
    nullable: bool = False

    @property
    def ordering(self) -> OrderBy:
        """For ``order_by``."""
        if self.nullable:
            return F(self.attribute).asc(nulls_last=True)
        return F(self.attribute).desc() if self.descending else F(self.attribute).asc()

    def after(self, value: Any, within: Q) -> Q:
        """Rows after a value: beyond it, or equal to it and ``within`` (what the keys that follow demand; may be empty).

        The outer bound says the same once more in a form that an index can serve.
        """
        if value is None:
            return Q(**{f"{self.attribute}__isnull": True}) & within
        empty = Q(**{f"{self.attribute}__isnull": True}) if self.nullable else Q()
        beyond = Q(**{f"{self.attribute}__{'lt' if self.descending else 'gt'}": value}) | empty
        if not within:
            return beyond
        bound = Q(**{f"{self.attribute}__{'lte' if self.descending else 'gte'}": value}) | empty
        return bound & (beyond | (Q(**{self.attribute: value}) & within))

    def comparable(self, value: Any) -> Any:
        """The value as rows in memory are sorted by it."""
        return (value is None, value) if self.nullable else value


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a connection."""

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    source: Any

    def total(self) -> int:
        """The number of rows of the whole list (one more statement)."""
        return self.source.count() if isinstance(self.source, QuerySet) else len(self.source)


class Keyset:
    """The order of one list. The last sort key must be unique."""

    def __init__(self, name: str, *order: SortKey | str) -> None:
        self.name = name
        self.order = tuple(_sort_key(key) for key in order)

    def page(self, source: QuerySet[Any] | Sequence[Any], *, first: int, after: str | None) -> Page:
        """Cut one page out of a queryset or a sequence.

        Raises:
            InvalidInput: ``first`` is not 1 to 100.
            InvalidCursor: ``after`` was not made by this list in this centre.
        """
        if not 1 <= first <= PAGE_LIMIT:
            raise InvalidInput(
                field="first",
                zh="每页条数应为1至{limit}。",
                en="A page has 1 to {limit} rows.",
                limit=PAGE_LIMIT,
            )
        last = self._read(after) if after else None
        rows = (
            self._from_queryset(source, first, last)
            if isinstance(source, QuerySet)
            else self._from_sequence(source, first, last)
        )
        nodes = rows[:first]
        return Page(nodes, [self.cursor(row) for row in nodes], len(rows) > first, last is not None, source)

    @staticmethod
    def unread(source: QuerySet[Any] | Sequence[Any]) -> Page:
        """A page of which nobody wants rows: no statement is spent on them."""
        return Page((), (), False, False, source)

    def cursor(self, row: Any) -> str:
        """The opaque cursor of a row."""
        payload = json.dumps(
            [self.name, _place(), [_packed(value) for value in self._values(row)]],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        return base64.urlsafe_b64encode(_mac(payload) + payload).decode().rstrip("=")

    def _read(self, cursor: str) -> list[Any]:
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
            if not hmac.compare_digest(mac, _mac(payload)):
                raise InvalidCursor(field="after")
            name, place, values = json.loads(payload)
        except (ValueError, binascii.Error) as wrong:
            raise InvalidCursor(field="after") from wrong
        if name != self.name or place != _place() or len(values) != len(self.order):
            raise InvalidCursor(field="after")
        return [_unpacked(value) for value in values]

    def _values(self, row: Any) -> list[Any]:
        return [attrgetter(key.attribute.replace("__", "."))(row) for key in self.order]

    def _from_queryset(self, source: QuerySet[Any], first: int, last: list[Any] | None) -> list[Any]:
        rows = source
        if last is not None:
            beyond = Q()
            for key, value in zip(reversed(self.order), reversed(last), strict=True):
                beyond = key.after(value, beyond)
            rows = source.filter(beyond)
        return list(rows.order_by(*(key.ordering for key in self.order))[: first + 1])

    def _from_sequence(self, source: Sequence[Any], first: int, last: list[Any] | None) -> list[Any]:
        rows = list(source)
        for key in reversed(self.order):
            read = attrgetter(key.attribute.replace("__", "."))
            rows.sort(key=lambda row: key.comparable(read(row)), reverse=key.descending)
        if last is not None:
            rows = [row for row in rows if self._is_beyond(self._values(row), last)]
        return rows[: first + 1]

    def _is_beyond(self, values: list[Any], last: list[Any]) -> bool:
        for key, value, bound in zip(self.order, values, last, strict=True):
            if value != bound:
                one, other = key.comparable(value), key.comparable(bound)
                return bool(one < other) if key.descending else bool(one > other)
        return False


def _sort_key(key: SortKey | str) -> SortKey:
    return key if isinstance(key, SortKey) else SortKey(key.removeprefix("-"), descending=key.startswith("-"))


def _place() -> str:
    centre = current_centre_or_none()
    return centre.code if centre else ""


def _mac(payload: bytes) -> bytes:
    return salted_hmac("zt_graphql.connections", payload, algorithm="sha256").digest()[:_MAC_BYTES]


def _packed(value: Any) -> Any:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, UUID):
        return ["u", str(value)]
    return value


def _unpacked(value: Any) -> Any:
    return _TYPES[value[0]](value[1]) if isinstance(value, list) else value


class PageInfo(graphene.ObjectType):
    """Where a page lies in its list."""

    has_next_page = graphene.Boolean(required=True)
    has_previous_page = graphene.Boolean(required=True)
    start_cursor = graphene.String()
    end_cursor = graphene.String()


class _CountField(graphene.Field):
    policy = FieldPolicy(weight=TOTAL_COUNT_WEIGHT)


@cache
def connection_type(node: Any) -> Any:
    """The connection type of a node type: ``edges { node cursor }``, ``pageInfo``, ``totalCount``."""
    name = node._meta.name
    edge = type(
        f"{name}Edge",
        (graphene.ObjectType,),
        {
            "__doc__": f"A {name} and its cursor.",
            "node": graphene.Field(node, required=True, resolver=lambda pair, _info: pair[0]),
            "cursor": graphene.String(required=True, resolver=lambda pair, _info: pair[1]),
        },
    )
    return type(
        f"{name}Connection",
        (graphene.ObjectType,),
        {
            "__doc__": f"A page of a list of {name}.",
            "edges": _EdgesField(
                graphene.NonNull(graphene.List(graphene.NonNull(edge))),
                resolver=lambda page, _info: list(zip(page.nodes, page.cursors, strict=True)),
            ),
            "page_info": graphene.Field(PageInfo, required=True, resolver=_page_info),
            "total_count": _CountField(
                graphene.Int,
                required=True,
                description="Rows of the whole list; counted only when asked for.",
                resolver=lambda page, _info: page.total(),
            ),
        },
    )


class _EdgesField(graphene.Field):
    policy = FieldPolicy(weight=0, size=1)  # the connection multiplies already


def _page_info(page: Page, _info: Any) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )
