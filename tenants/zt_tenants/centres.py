"""Looking centres up. All reads are of the shared schema and allowed from everywhere.

One centre, those above it and the province are remembered for a few seconds (:mod:`zt_tenants.remembered`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db.models import Q

from zt_tenants.errors import UnknownCentre
from zt_tenants.models import Centre, CentreQuerySet, FormerCode, Level
from zt_tenants.remembered import remembered


def centre_by_code(code: str) -> Centre:
    """The open centre with this code, or that had it once: what carries a former code still arrives.

    Raises:
        UnknownCentre: there is none.
    """
    found = remembered(("code", code), lambda: _with_code(code))
    if not found:
        raise UnknownCentre(centre=code)
    return found[0]


def _with_code(code: str) -> list[Centre]:
    """A present code wins over a former one; one statement for both."""
    either = Centre.objects.open().filter(Q(code=code) | Q(former_codes__code=code)).distinct()
    return sorted(either, key=lambda centre: centre.code != code)[:1]


def was_code_of(former: str, code: str) -> bool:
    """Whether the centre that has ``code`` once had the code ``former``."""
    return FormerCode.objects.filter(code=former, centre__code=code).exists()


def centre_with_code(code: str) -> Centre:
    """The centre with this code, open or closed.

    Raises:
        UnknownCentre: there is none.
    """
    centre = Centre.objects.filter(code=code).first()
    if centre is None:
        raise UnknownCentre(centre=code)
    return centre


def centre_by_id(centre_id: uuid.UUID) -> Centre:
    """The centre with this immutable id, open or closed.

    Raises:
        UnknownCentre: there is none.
    """
    found = remembered(("id", centre_id), lambda: list(Centre.objects.filter(id=centre_id)))
    if not found:
        raise UnknownCentre(centre=str(centre_id))
    return found[0]


def province() -> Centre:
    """The provincial centre of this deployment, which supervises all levels and signs the key registry.

    Raises:
        UnknownCentre: no province was loaded.
    """
    found = remembered("province", lambda: list(Centre.objects.open().filter(level=Level.PROVINCE)[:1]))
    if not found:
        raise UnknownCentre(centre="省级")
    return found[0]


def ancestors(centre: Centre) -> list[Centre]:
    """The centres above this one, nearest first (at most three)."""
    if centre.parent_id is None:
        return []
    return remembered(("above", centre.parent_id), lambda: _read_ancestors(centre))


def _read_ancestors(centre: Centre) -> list[Centre]:
    above = list(
        Centre.objects.filter(
            Q(id=centre.parent_id) | Q(children__id=centre.parent_id) | Q(children__children__id=centre.parent_id)
        ).distinct()
    )
    by_id = {found.id: found for found in above}
    chain: list[Centre] = []
    parent_id = centre.parent_id
    while parent_id is not None and parent_id in by_id:
        chain.append(by_id[parent_id])
        parent_id = by_id[parent_id].parent_id
    return chain


def children(centre: Centre) -> list[Centre]:
    """The open centres directly below this one: upper levels first, then by code."""
    order = {level.value: rank for rank, level in enumerate(Level)}
    below = Centre.objects.open().filter(parent=centre).order_by("code")
    return sorted(below, key=lambda lower: order[lower.level])


def descendants(centre: Centre) -> CentreQuerySet:
    """The centre itself and all open centres below it."""
    return Centre.objects.open().filter(
        Q(id=centre.id)
        | Q(parent_id=centre.id)
        | Q(parent__parent_id=centre.id)
        | Q(parent__parent__parent_id=centre.id)
    )


def centres_by_id(centre_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Centre]:
    """Centres by id, open or closed, in one statement."""
    return {centre.id: centre for centre in Centre.objects.filter(id__in=list(centre_ids))}


def centres_by_code(codes: Iterable[str]) -> dict[str, Centre]:
    """Open centres by code, in one statement."""
    return {centre.code: centre for centre in Centre.objects.open().filter(code__in=list(codes))}


def short_name_of(code: str, centres: Mapping[str, Centre]) -> str:
    """A centre's short name among those that were read; the code of one that is not known here."""
    return centres[code].short_name if code in centres else code


def children_of(centre_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Centre]]:
    """The open centres directly below each of these, by the upper one's id, in one statement."""
    below: dict[uuid.UUID, list[Centre]] = {centre_id: [] for centre_id in centre_ids}
    for centre in Centre.objects.open().filter(parent_id__in=list(below)):
        if centre.parent_id is not None:
            below[centre.parent_id].append(centre)
    return below


def successors_of(centre_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Centre]]:
    """The centres that take applications instead of each of these, by the abolished one's id, in two statements."""
    heirs = dict(Centre.objects.filter(id__in=list(centre_ids)).values_list("id", "successor_ids"))
    there = centres_by_id({heir for found in heirs.values() for heir in found})
    return {ended: [there[heir] for heir in found if heir in there] for ended, found in heirs.items()}
