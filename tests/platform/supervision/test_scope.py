"""The province sees everything, a city itself and what lies below; nobody else sees anything (R-12)."""

from __future__ import annotations

import pytest

from zt_platform.actors import Actor
from zt_platform.organisation.roles import Role
from zt_platform.supervision.scope import scope_for
from zt_tenants.errors import NotFound, NotPermitted

pytestmark = pytest.mark.req("R-12")


def test_the_province_sees_every_centre(world, province_scope):
    assert set(province_scope.centres) == {centre.code for centre in world.all}


def test_a_city_sees_itself_its_counties_and_their_townships(world, city_scope):
    assert set(city_scope.centres) == {world.city.code, world.county.code, world.township.code}
    for outside in (world.province, world.other_city, world.other_county):
        for read in (city_scope.centre, city_scope.below, city_scope.path, city_scope.branches):
            with pytest.raises(NotFound):
                read(outside.code)


def test_supervisors_of_lower_centres_and_other_staff_see_nothing(world, supervisor):
    refused = [
        supervisor(world.county),
        supervisor(world.township),
        supervisor(world.province, Role.CENTRE_ADMIN, Role.APPROVER),
        Actor.system(),
        Actor.remote(world.province.code, "省中心"),
    ]
    for actor in refused:
        with pytest.raises(NotPermitted):
            scope_for(actor)


def test_the_breadcrumb_and_the_branches(world, province_scope, city_scope):
    assert [centre.code for centre in province_scope.path(world.township.code)] == [
        world.province.code,
        world.city.code,
        world.county.code,
        world.township.code,
    ]
    assert [centre.code for centre in city_scope.path(world.county.code)] == [world.city.code, world.county.code]
    branches = province_scope.branches(world.province.code)
    assert branches[world.province.code] == [world.province.code]
    assert branches[world.city.code] == [world.city.code, world.county.code, world.township.code]
    assert world.county.code not in branches


def test_the_scope_costs_the_same_whatever_the_number_of_centres(world, supervisor, django_assert_num_queries):
    for centre in (world.province, world.city):
        with django_assert_num_queries(2):
            scope = scope_for(supervisor(centre))
        assert centre.code in scope.centres
