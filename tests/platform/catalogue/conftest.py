"""Loaded catalogues and administrators for the tests of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from zt_platform.actors import Actor, ActorKind
from zt_platform.catalogue.loader import load_catalogue
from zt_platform.organisation.roles import Role
from zt_tenants.models import Centre

ActorOf = Callable[..., Actor]


@pytest.fixture
def city(world, same_keys) -> Centre:
    load_catalogue(world.city)
    return world.city


@pytest.fixture
def neighbour(world, same_keys) -> Centre:
    """Another city with the same catalogue: its rows carry the same primary keys."""
    load_catalogue(world.other_city)
    return world.other_city


@pytest.fixture
def staff_of() -> ActorOf:
    """An actor with a role in a centre."""

    def make(centre: Centre, role: Role = Role.CENTRE_ADMIN) -> Actor:
        return Actor(
            kind=ActorKind.STAFF, account_id=uuid4(), name="管理员", roles=frozenset({role}), centre_code=centre.code
        )

    return make
