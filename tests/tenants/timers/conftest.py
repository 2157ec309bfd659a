"""The notebook, a kind of timer that writes down what it handles, registered for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from notebook import KIND, Notebook, drop_tables, make_tables

from zt_tenants.timers import register, unregister


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """The handler, registered."""
    handler = Notebook()
    register(KIND, handler)
    yield handler
    unregister(KIND)


@pytest.fixture
def noted(world, notebook) -> Notebook:
    """The handler and its table in every centre, inside the test's transaction."""
    make_tables(world.all)
    return notebook


@pytest.fixture
def noted_for_good(committed_world, notebook) -> Iterator[Notebook]:
    """The handler and its table in every centre, with real commits."""
    make_tables(committed_world.all)
    yield notebook
    drop_tables(committed_world.all)
