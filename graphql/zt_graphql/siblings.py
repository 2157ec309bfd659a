"""The batch loader: what one object of a list needs is loaded for the whole list at once (decision 0007).

Synchronous execution walks a list object by object and each object depth first, so by the time the first object's field
is resolved the list is complete. A list registers its objects as *siblings*; the first of them that needs a batched
field loads it for all, and what was loaded forms the siblings of the next level. So the number of SQL statements
depends on the query's text, never on the number of rows; fields that nobody selected are never loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Group(list[Any]):
    """Objects of one list, and what has been loaded for them."""

    def __init__(self, objects: Iterable[Any]) -> None:
        super().__init__(objects)
        self.loaded: dict[Hashable, Mapping[Any, Any]] = {}


class Siblings:
    """The groups of one request. Objects are held by identity and kept alive by their group."""

    __slots__ = ("_group_of",)

    def __init__(self) -> None:
        self._group_of: dict[int, Group] = {}

    def together(self, objects: Sequence[T]) -> Sequence[T]:
        """Register the objects of a list as siblings; returns the list."""
        group = Group(one for one in objects if one is not None)
        for one in group:
            self._group_of[id(one)] = group
        return objects

    def load(
        self,
        one: Any,
        *,
        what: Hashable,
        key: Callable[[Any], Any],
        batch: Callable[[list[Any]], Mapping[Any, Any]],
    ) -> Any:
        """What ``batch`` finds for ``key(one)``; None when it finds nothing.

        ``what`` names the batch (field name and arguments). ``batch`` gets the distinct keys of all siblings and
        answers a mapping; it runs once a group. Values that are lists become siblings across the whole group.
        """
        group = self._group_of.get(id(one))
        if group is None:
            self.together([one])
            group = self._group_of[id(one)]
        if what not in group.loaded:
            keys = list(dict.fromkeys(found for found in map(key, group) if found is not None))
            values = batch(keys) if keys else {}
            self._register(values)
            group.loaded[what] = values
        return group.loaded[what].get(key(one))

    def _register(self, values: Mapping[Any, Any]) -> None:
        flat: list[Any] = []
        for value in values.values():
            if isinstance(value, list | tuple):
                flat.extend(value)
            elif value is not None:
                flat.append(value)
        if flat and not isinstance(flat[0], str | int | float | bool):
            self.together(flat)
