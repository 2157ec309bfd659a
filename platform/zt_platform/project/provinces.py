"""Loading a province: a centre for each division, with its keys, catalogue and staff.

Every step of a centre is idempotent and ``ready_at`` is set at the end, so a load that was killed goes on where it was.
Parents come before their children, level by level; within a level a few centres at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from zt_interop.keys.commands import ensure_keys
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.loader import load_staff
from zt_tenants import clock
from zt_tenants.centres import centre_by_code
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.divisions import Division
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, FormerCode, Level, Transport
from zt_tenants.provisioning import provision_centre
from zt_tenants.workers import RECYCLE_AFTER, commits_not_awaited, is_exhausted, work_through

TOGETHER: Final = 5
"""Centres that a worker makes in one go: they share a few statements, and each is still made whole or not at all."""

_TITLE = {Level.TOWNSHIP: "便民服务中心"}

Progress = Callable[[str], None]


@dataclass(slots=True)
class LoadReport:
    """How many centres were made or completed now, how many were there already, and which failed with what words."""

    made: int = 0
    there: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def missing_divisions(divisions: Sequence[Division]) -> list[Division]:
    """The divisions whose centre is not there or not complete."""
    ready = set(Centre.objects.filter(ready_at__isnull=False).values_list("code", flat=True))
    ready.update(FormerCode.objects.values_list("code", flat=True))  # its centre is there under another code
    return [division for division in divisions if division.code not in ready]


def load_province(
    divisions: Sequence[Division],
    *,
    password: str,
    jobs: int = 2,
    progress: Progress = lambda name: None,
    keys_valid: tuple[datetime, datetime] | None = None,
) -> LoadReport:
    """Make what is missing of these divisions (parents first); running it again continues.

    ``password`` is what the first staff accounts of each centre get; ``jobs`` is how many centres are made at a time;
    ``keys_valid`` from when to when the first keys are valid, for a demo that plays days which have passed.
    A centre that fails is reported with those below it, the others go on; nothing of it is left half-made that the next
    run would not complete. When disk or memory is full the load stops there.
    """
    missing = missing_divisions(divisions)
    report = LoadReport(there=len(divisions) - len(missing))
    with outside_centres():
        for _, level in groupby(missing, key=lambda division: division.level):
            act = partial(_load_together, password=password, keys_valid=keys_valid)
            alone = _load(_in_groups(level, TOGETHER), report, act=act, jobs=jobs, progress=progress)
            _load([[division] for division in alone], report, act=act, jobs=jobs, progress=progress)
    return report


def _in_groups(divisions: Iterable[Division], size: int) -> list[list[Division]]:
    waiting = list(divisions)
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]


def _load(
    groups: list[list[Division]],
    report: LoadReport,
    *,
    act: Callable[[list[Division]], None],
    jobs: int,
    progress: Progress,
) -> list[Division]:
    """Load groups; returns the divisions of those that failed, to be tried one by one. One alone is reported.

    Raises:
        OperationalError: disk or memory is full.
    """
    alone: list[Division] = []
    for group, error in work_through(groups, act, jobs=jobs, recycle_after=RECYCLE_AFTER // TOGETHER):
        if error is None:
            report.made += len(group)
            for division in group:
                progress(division.name)
        elif is_exhausted(error):
            raise error
        elif len(group) > 1:
            alone.extend(group)
        else:
            report.failed[group[0].code] = error.text() if isinstance(error, DomainError) else str(error).strip()
    return alone


def _load_together(divisions: list[Division], *, password: str, keys_valid: tuple[datetime, datetime] | None) -> None:
    not_before, not_after = keys_valid or (None, None)
    with operating(), commits_not_awaited():
        there = Centre.objects.in_bulk([division.code for division in divisions], field_name="code")
        centres = [there.get(division.code) or provision_division(division) for division in divisions]
        ensure_keys(centres, not_before=not_before, not_after=not_after)
        for centre in centres:
            with enter(centre):
                load_catalogue(centre)
                load_staff(centre, password=password)
        Centre.objects.filter(id__in=[centre.id for centre in centres]).update(ready_at=clock.now())


def centre_of_division(division: Division, *, parent: Centre | None) -> Centre:
    """How the centre of a division is called; not saved."""
    return Centre(
        code=division.code,
        name=division.name + _TITLE.get(Level(division.level), "政务服务中心"),
        short_name=division.name,
        level=division.level,
        parent=parent,
        pinyin=division.pinyin,
        pinyin_initials=division.pinyin_initials,
    )


def provision_division(division: Division, *, transport: Transport = Transport.LOCAL, endpoint: str = "") -> Centre:
    """Make the centre of a division below its parent's. A centre elsewhere is reached at its ``endpoint``."""
    described = centre_of_division(
        division, parent=centre_by_code(division.parent_code) if division.parent_code else None
    )
    return provision_centre(
        code=described.code,
        name=described.name,
        short_name=described.short_name,
        level=described.level,
        parent=described.parent,
        pinyin=described.pinyin,
        pinyin_initials=described.pinyin_initials,
        transport=transport,
        endpoint=endpoint,
    )
