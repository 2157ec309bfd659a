"""The cast of the papers' tests: a city and a county with a department of the same key, on one Monday."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paper_cast import content

from zt_platform.actors import Actor
from zt_platform.cases.testing import make_catalogue
from zt_platform.organisation.models import Department
from zt_platform.papers.commands import issue_paper
from zt_platform.papers.kinds import PaperKind
from zt_platform.papers.models import Paper
from zt_tenants.context import enter
from zt_tenants.models import Centre


@pytest.fixture
def places(world, monday):
    """City and county with the same catalogue, rolled back."""
    return _filled(world)


@pytest.fixture
def committed_places(committed_world, monday):
    """City and county with the same catalogue, really committed."""
    return _filled(committed_world)


def _filled(world):
    make_catalogue(world.city, "合肥市")
    make_catalogue(world.county, "肥西县")
    return world


@pytest.fixture
def issue() -> Callable[..., Paper]:
    """Issue a paper of a centre's market regulator."""

    def issued(centre: Centre, kind: PaperKind = PaperKind.ACCEPTANCE, subject: str = "1", **changes: object) -> Paper:
        with enter(centre):
            return issue_paper(
                kind=kind,
                department=Department.objects.get(code="SC"),
                subject=subject,
                content=content(kind, **changes),
                actor=Actor.system(),
            )

    return issued
