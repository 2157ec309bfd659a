"""The cast of the notice tests: a town on a Monday, text messages into a folder of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from notice_cast import FACTS, PHONE

from zt_platform.cases.testing import MONDAY, Town, make_town
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import Event
from zt_platform.notices.quiet_hours import QuietHours
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter
from zt_tenants.models import Centre

Put = Callable[..., None]


@pytest.fixture
def monday() -> Iterator[datetime]:
    """The business clock stands on Monday, 2 March 2026, 9:30 in China."""
    with clock.at(MONDAY):
        yield now()


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Where the text messages of the test lie."""
    settings.ZT_SMS_PROVIDER = "file"
    settings.ZT_SMS_FOLDER = tmp_path / "text-messages"
    return settings.ZT_SMS_FOLDER


@pytest.fixture
def town(world, monday, folder) -> Town:
    """The cast inside a transaction that is rolled back."""
    return make_town(world.city, world.county, world.other_county)


@pytest.fixture
def committed_town(committed_world, monday, folder) -> Town:
    """The cast with real commits."""
    return make_town(committed_world.city, committed_world.county, committed_world.other_county)


@pytest.fixture
def put() -> Put:
    """Put one notice up at a centre."""

    def up(centre: Centre, key: str = "k", event: Event = Event.ACCEPTED, quiet: QuietHours | None = None, **more):
        new = NewNotice(key=key, event=event, subject="3401232603020000017", facts=FACTS, **{"phone": PHONE, **more})
        with enter(centre):
            put_up([new], quiet=quiet or QuietHours())

    return up
