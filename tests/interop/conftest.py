"""Fixtures of the interop tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zt_interop import handlers
from zt_interop.testing import PROGRESSED, Recorder, Sender


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """The handler of ``case.progressed.v1`` for one test."""
    kept = handlers.handler_for(PROGRESSED)
    handlers.unregister(PROGRESSED)
    recorder = Recorder()
    handlers.register(PROGRESSED, prepare=recorder.prepare, apply=recorder.apply)
    yield recorder
    handlers.unregister(PROGRESSED)
    if kept:
        handlers.register(PROGRESSED, prepare=kept.prepare, apply=kept.apply)


@pytest.fixture
def sender(world) -> Sender:
    """The city as it sends to the county."""
    return Sender(world.city, world.county)
