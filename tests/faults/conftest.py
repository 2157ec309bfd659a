"""The site that is disturbed, shared by the runs of one test process, and the table of what they left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from notebook import KIND, Notebook, drop_tables, make_tables
from stand import Outcome, Stand, StandBehindLine

from zt_tenants.timers import register, unregister

HEAD = (
    "| fault | cases | rows | messages | lost | doubled | at rest after | what people were told |\n"
    "|---|---:|---:|---:|---:|---:|---:|---|"
)
_outcomes: list[Outcome] = []
AnyStand = TypeVar("AnyStand", bound=Stand)


@contextmanager
def _running(made: AnyStand) -> Iterator[AnyStand]:
    try:
        made.make()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.home, ignore_errors=True)


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    """A running site with a province, a city and a county; gone afterwards."""
    with _running(Stand()) as made:
        yield made


@pytest.fixture(scope="module")
def stand_behind_line() -> Iterator[StandBehindLine]:
    """Such a site whose object store can be slow or refuse; gone afterwards."""
    with _running(StandBehindLine()) as made:
        yield made


@pytest.fixture
def notebook(committed_world) -> Iterator[Notebook]:
    """The handler of timers that writes down, in tables of its own, what it handled."""
    make_tables(committed_world.all)
    handler = Notebook()
    register(KIND, handler)
    yield handler
    unregister(KIND)
    drop_tables(committed_world.all)


@pytest.fixture
def note() -> list[Outcome]:
    """Where a test leaves its outcomes for the table at the end."""
    return _outcomes


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what every run counted."""
    if _outcomes:
        terminalreporter.write_sep("=", "faults")
        terminalreporter.write_line(HEAD)
        for outcome in _outcomes:
            terminalreporter.write_line(outcome.line())
