"""The kinds of fields the schema is built of: guarded roots, batched fields, keyset-paged connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import graphene

from zt_graphql.connections import DEFAULT_PAGE, PAGE_LIMIT, Keyset, connection_type
from zt_graphql.permissions import Permission
from zt_graphql.policies import FieldPolicy
from zt_graphql.selection import selected

Resolver = Callable[..., Any]


def described(description: str, permission: Permission | None) -> str:
    """A description that shows the permission, as every root field's does."""
    return f"{description}\n{permission.text}" if permission else description


def guarded(resolver: Resolver, permission: Permission | None) -> Resolver:
    """The resolver behind its permission; a list it returns becomes siblings."""

    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        if permission is not None:
            permission.check(info.context)
        found = resolver(root, info, **arguments)
        return info.context.siblings.together(found) if isinstance(found, list | tuple) else found

    return resolve


class RootField(graphene.Field):
    """A query or mutation with its permission. ``weight`` is its own cost; ``size`` a plain list's reckoned length."""

    def __init__(
        self,
        kind: Any,
        *,
        permission: Permission,
        description: str,
        weight: int | None = None,
        size: int | None = None,
        **options: Any,
    ) -> None:
        self.policy = FieldPolicy(permission=permission, weight=weight, size=size)
        super().__init__(kind, description=described(description, permission), **options)

    def wrap_resolve(self, parent_resolver: Resolver) -> Resolver:
        """The declared resolver, guarded."""
        return guarded(super().wrap_resolve(parent_resolver), self.policy.permission)


class WeighedField(graphene.Field):
    """An ordinary field whose cost is declared."""

    def __init__(self, kind: Any, *, weight: int | None = None, size: int | None = None, **options: Any) -> None:
        self.policy = FieldPolicy(weight=weight, size=size)
        super().__init__(kind, **options)

    def wrap_resolve(self, parent_resolver: Resolver) -> Resolver:
        """The declared resolver; a list it returns becomes siblings."""
        return guarded(super().wrap_resolve(parent_resolver), None)


class BatchedField(graphene.Field):
    """A field loaded once for all siblings (:mod:`zt_graphql.siblings`).

    ``key`` reads the look-up key from an object (attribute name or function); ``batch`` maps distinct keys to values
    and takes the field's arguments as keywords. ``missing`` is answered where the batch finds nothing.
    """

    def __init__(
        self,
        kind: Any,
        *,
        key: str | Callable[[Any], Any],
        batch: Callable[..., Mapping[Any, Any]],
        missing: Callable[[], Any] | None = None,
        weight: int | None = None,
        size: int | None = None,
        **options: Any,
    ) -> None:
        self.policy = FieldPolicy(weight=weight, size=size)
        self._key: Callable[[Any], Any] = (lambda one: getattr(one, key)) if isinstance(key, str) else key
        self._batch = batch
        self._missing = missing
        super().__init__(kind, **options)

    def wrap_resolve(self, parent_resolver: Resolver) -> Resolver:
        """Loads through the request's siblings."""

        def resolve(one: Any, info: Any, **arguments: Any) -> Any:
            found = info.context.siblings.load(
                one,
                what=(self.creation_counter, tuple(sorted(arguments.items()))),
                key=self._key,
                batch=partial(self._batch, **arguments),
            )
            return self._missing() if found is None and self._missing else found

        return resolve


class RelatedField(BatchedField):
    """A to-one field whose object is loaded already (select_related, or part of a dataclass).

    Its objects become siblings, so that *their* batched fields load once for the whole list; an ordinary field would
    leave each of them alone.
    """

    def __init__(self, kind: Any, *, attribute: str, **options: Any) -> None:
        super().__init__(kind, key=attribute, batch=lambda found: {one: one for one in found}, **options)


class ConnectionField(graphene.Field):
    """A keyset-paged list. Its resolver returns a queryset or a sequence; this cuts the page.

    ``weight`` is the cost of the query itself; what is selected below counts once per row of the page.
    """

    def __init__(
        self,
        node: Any,
        *,
        keyset: Keyset,
        description: str,
        permission: Permission | None = None,
        weight: int = 1,
        **options: Any,
    ) -> None:
        self.policy = FieldPolicy(
            permission=permission, weight=weight, page_limit=PAGE_LIMIT, default_page=DEFAULT_PAGE
        )
        self._keyset = keyset
        options.setdefault(
            "first",
            graphene.Int(required=True, default_value=DEFAULT_PAGE, description=f"Rows a page, 1 to {PAGE_LIMIT}."),
        )
        options.setdefault("after", graphene.String(description="The cursor after which the page starts."))
        super().__init__(connection_type(node), description=described(description, permission), **options)

    def wrap_resolve(self, parent_resolver: Resolver) -> Resolver:
        """Guard, ask the declared resolver for the rows, cut the page, make its rows siblings."""
        source = super().wrap_resolve(parent_resolver)

        def resolve(root: Any, info: Any, first: int = DEFAULT_PAGE, after: str | None = None, **arguments: Any) -> Any:
            if self.policy.permission is not None:
                self.policy.permission.check(info.context)
            rows = source(root, info, **arguments)
            if not selected(info) & {"edges", "pageInfo"}:
                return self._keyset.unread(rows)  # somebody only counts
            page = self._keyset.page(rows, first=first, after=after)
            info.context.siblings.together(page.nodes)
            return page

        return resolve
