"""How far a supervisor sees: the province everything, a city itself and what lies below it (R-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.roles import Role
from zt_tenants.centres import centre_by_code, descendants
from zt_tenants.errors import NotFound, NotPermitted
from zt_tenants.models import Centre, Level
from zt_tenants.remembered import derived


@dataclass(frozen=True, slots=True)
class Scope:
    """The centres a supervisor may look at: ``root`` and everything below it, read once for a page."""

    root: Centre
    centres: Mapping[str, Centre]
    children: Mapping[str, tuple[str, ...]]

    def centre(self, code: str) -> Centre:
        """A centre of the scope.

        Raises:
            NotFound: there is none with this code, or it lies outside.
        """
        found = self.centres.get(code)
        if found is None:
            raise NotFound
        return found

    def below(self, code: str) -> list[str]:
        """The codes of a centre of the scope and of all centres below it.

        Raises:
            NotFound: outside the scope.
        """
        codes = [self.centre(code).code]
        for found in codes:  # grows while it is read: breadth first
            codes.extend(self.children.get(found, ()))
        return codes

    def path(self, code: str) -> list[Centre]:
        """From the root of the scope down to a centre, for the breadcrumb.

        Raises:
            NotFound: outside the scope.
        """
        by_id = {centre.id: centre for centre in self.centres.values()}
        chain = [self.centre(code)]
        while chain[0].code != self.root.code:
            parent = by_id.get(chain[0].parent_id) if chain[0].parent_id else None
            if parent is None:
                break
            chain.insert(0, parent)
        return chain

    def branches(self, code: str) -> dict[str, list[str]]:
        """The rows of a league table under a centre: its own hall, and each child with everything below the child.

        Returns:
            Code of the row's centre → the codes counted in the row. The centre itself counts its own hall alone.

        Raises:
            NotFound: outside the scope.
        """
        rows = {self.centre(code).code: [code]}
        for child in self.children.get(code, ()):
            rows[child] = self.below(child)
        return rows


def scope_for(actor: Actor) -> Scope:
    """What this actor may supervise. One SQL statement for the centres, whatever their number, and none while they are
    remembered (:mod:`zt_tenants.remembered`).

    The right is that of a supervisor of a province's or a city's centre; where the actor happens to be does not matter,
    because nothing is read from any centre.

    Raises:
        NotPermitted: not a supervisor, or of a centre below the city level.
    """
    if actor.kind is not ActorKind.STAFF or Role.SUPERVISOR.value not in actor.roles or actor.centre_code is None:
        raise NotPermitted
    root = centre_by_code(actor.centre_code)
    if root.level not in (Level.PROVINCE, Level.CITY):
        raise NotPermitted
    return derived(("supervision scope", root.id), lambda: _scope_of(root))


def _scope_of(root: Centre) -> Scope:
    centres = {centre.code: centre for centre in descendants(root)}
    code_of = {centre.id: code for code, centre in centres.items()}
    children: defaultdict[str, list[str]] = defaultdict(list)
    for code, centre in sorted(centres.items()):
        parent = code_of.get(centre.parent_id) if centre.parent_id else None
        if parent is not None and code != root.code:
            children[parent].append(code)
    return Scope(root, centres, {code: tuple(below) for code, below in children.items()})
