"""The header's links: each door once, whoever reads."""

from __future__ import annotations

import pytest

from zt_platform.actors import Actor, ActorKind
from zt_platform.organisation.roles import Role
from zt_platform.web.navigation import main_links
from zt_tenants.context import enter


@pytest.mark.parametrize("path", ["/", "/supervision/", "/supervision/cases/"])
@pytest.mark.parametrize("supervisor", [True, False])
def test_each_door_once(path: str, supervisor: bool) -> None:
    labels = [link.label for link in main_links(path, None, None, supervisor=supervisor)]
    assert len(labels) == len(set(labels))
    assert ("电子监察" in labels) is (supervisor or path.startswith("/supervision/"))


def test_of_two_doors_one_above_the_other_only_the_nearer_is_current(world) -> None:
    clerk = Actor(ActorKind.STAFF, roles=frozenset({Role.WINDOW_CLERK}), centre_code=world.city.code)
    with enter(world.city):
        links = main_links(f"/c/{world.city.code}/workbench/counter/", world.city, clerk)
    assert [(link.label, link.exact) for link in links if link.current] == [("窗口收件", True)]
