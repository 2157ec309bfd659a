"""The province's canonical items (B-06) as the project ships them: ``data/items.json`` and ``data/delegations.json``.

Every item is named in the source documents (``cite``); limits come from the law named beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from zt_platform.catalogue.kinds import DelegationKind

DATA = Path(__file__).parent / "data"
_DATES = frozenset({"docking_done_on", "training_done_on", "documents_done_on", "valid_from", "valid_until"})


@dataclass(frozen=True, slots=True)
class DepartmentDefinition:
    """A department as it is named at each level; ``code`` is the key of the whole province."""

    code: str
    zh: str
    en: str
    zone: str
    names: Mapping[str, str]

    def name_at(self, level: str, place: str) -> str:
        """The department's name at a place, such as 肥西县公安局."""
        return self.names[level].format(place=place)

    def english_name_at(self, place: str) -> str:
        """The department's English name at a place."""
        return f"{place} {self.en} Department"


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """An item with the levels whose centres have it by themselves (C-08: townships a reduced set)."""

    code: str
    name: str
    name_en: str
    department: str
    item_class: str
    life_events: tuple[str, ...]
    levels: frozenset[str]
    kind: str
    statutory_days: int
    statutory_basis: str
    promised_days: int
    legal_basis: str
    conditions: str
    procedure: str
    fee: str
    fee_basis: str
    materials: Sequence[Mapping[str, Any]]
    form: Sequence[Mapping[str, Any]]
    cite: str
    charges: Sequence[Mapping[str, Any]] = ()
    """The fee charge by charge: fees.Charge."""
    decided_jointly: bool = False
    """Several departments decide together (行政许可法 art. 26)."""


@dataclass(frozen=True, slots=True)
class DelegationDefinition:
    """A delegation between two centres named by code."""

    item_code: str
    kind: str
    part: str
    part_scope: str
    from_centre: str
    from_centre_name: str
    to_centre: str
    to_centre_name: str
    legal_basis: str
    evaluation_note: str
    docking_done_on: date | None
    training_done_on: date | None
    documents_done_on: date | None
    valid_from: date
    valid_until: date | None


@lru_cache(maxsize=1)
def departments() -> Mapping[str, DepartmentDefinition]:
    """All departments by code, in display order."""
    return {stored["code"]: DepartmentDefinition(**stored) for stored in _stored("items.json")["departments"]}


@lru_cache(maxsize=1)
def items() -> Mapping[str, ItemDefinition]:
    """All items by code."""
    return {
        stored["code"]: ItemDefinition(
            **{**stored, "levels": frozenset(stored["levels"]), "life_events": tuple(stored["life_events"])}
        )
        for stored in _stored("items.json")["items"]
    }


@lru_cache(maxsize=1)
def delegations() -> Sequence[DelegationDefinition]:
    """All delegations that the project ships."""
    return tuple(
        DelegationDefinition(**{key: _dated(key, value) for key, value in stored.items()})
        for stored in _stored("delegations.json")["delegations"]
    )


def _dated(key: str, value: Any) -> Any:
    return date.fromisoformat(value) if value and key in _DATES else value


def delegations_of(centre_code: str) -> list[DelegationDefinition]:
    """The delegations in which a centre takes part, on either side."""
    return [d for d in delegations() if centre_code in (d.from_centre, d.to_centre)]


def items_of(level: str, centre_code: str) -> dict[str, tuple[ItemDefinition, bool]]:
    """The items of a centre by code, each with whether people can apply for it there.

    The level's own items, and those that a delegation brings; one that is only entrusted to the centre is applied for
    at the entrusting centre.
    """
    found = {code: (item, True) for code, item in items().items() if level in item.levels}
    for delegation in delegations_of(centre_code):
        accepted = delegation.from_centre == centre_code or delegation.kind != DelegationKind.ENTRUSTED
        found.setdefault(delegation.item_code, (items()[delegation.item_code], accepted))
    return dict(sorted(found.items()))


def _stored(file: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((DATA / file).read_text("utf-8"))
    return stored
