"""Loading a province: a centre for each division, with its keys, catalogue and staff.

Every step of a centre is idempotent and ``ready_at`` is set at the end, so a load that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zt_interop.keys.commands import ensure_keys
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_tenants import clock
from zt_tenants.centres import centre_by_code
from zt_tenants.context import enter, outside_centres
from zt_tenants.divisions import Division
from zt_tenants.models import Centre, FormerCode, Level
from zt_tenants.provisioning import provision_centre

_TITLE = {Level.TOWNSHIP: "便民服务中心"}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many centres were made or completed now, and how many were there already."""

    made: int
    there: int


def missing_divisions(divisions: Sequence[Division]) -> list[Division]:
    """The divisions whose centre is not there or not complete."""
    ready = set(Centre.objects.filter(ready_at__isnull=False).values_list("code", flat=True))
    ready.update(FormerCode.objects.values_list("code", flat=True))  # its centre is there under another code
    return [division for division in divisions if division.code not in ready]


def load_province(
    divisions: Sequence[Division], *, password: str, progress: Callable[[str], None] = lambda name: None
) -> LoadReport:
    """Make what is missing of these divisions (parents first); running it again continues.

    ``password`` is what the first staff accounts of each centre get.

    Raises:
        DomainError: of provisioning, keys or the catalogue; centres made before it stay and are complete.
    """
    missing = missing_divisions(divisions)
    with outside_centres():
        for division in missing:
            _load_centre(division, password=password)
            progress(division.name)
    return LoadReport(made=len(missing), there=len(divisions) - len(missing))


def _load_centre(division: Division, *, password: str) -> None:
    centre = Centre.objects.filter(code=division.code).first() or provision_centre(
        code=division.code,
        name=division.name + _TITLE.get(Level(division.level), "政务服务中心"),
        short_name=division.name,
        level=division.level,
        parent=centre_by_code(division.parent_code) if division.parent_code else None,
        pinyin=division.pinyin,
        pinyin_initials=division.pinyin_initials,
    )
    ensure_keys([centre])
    with enter(centre):
        load_catalogue(centre)
        load_staff(centre, password=password)
    Centre.objects.filter(id=centre.id).update(ready_at=clock.now())
