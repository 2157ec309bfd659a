"""Fixtures of the tests of whole centres."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from archive_kit import drop_schema

from zt_platform.cases.testing import ENTRUSTED, MONDAY, OWN, Town, make_town
from zt_storage import objects
from zt_tenants import clock
from zt_tenants.models import Centre


@pytest.fixture
def town(committed_world) -> Iterator[Town]:
    """City and county with a case of its own and one on its way up; everything that was made besides goes away."""
    objects.ensure_bucket()
    before = set(Centre.objects.values_list("id", flat=True))
    with clock.at(MONDAY):
        town = make_town(committed_world.city, committed_world.county, committed_world.other_county)
        town.county.accept(town.county.submitted(town.zhang, OWN))
        town.county.submitted(town.zhang, ENTRUSTED)
        yield town
    for copy in Centre.objects.exclude(id__in=before):
        drop_schema(copy.schema_name)
        copy.delete()
