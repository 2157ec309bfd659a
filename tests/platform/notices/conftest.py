"""The cast of the notice tests: a town on a Monday, text messages into a folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from notice_cast import FACTS, PHONE

from zt_platform.cases.testing import Town
from zt_platform.notices.commands import NewNotice, put_up
from zt_platform.notices.kinds import Event
from zt_platform.notices.quiet_hours import QuietHours
from zt_tenants.context import enter
from zt_tenants.models import Centre

Put = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Where the text messages of the test lie."""
    settings.ZT_SMS_PROVIDER = "file"
    settings.ZT_SMS_FOLDER = tmp_path / "text-messages"
    return settings.ZT_SMS_FOLDER


@pytest.fixture
def town(folder: Path, town: Town) -> Town:
    """The cast, rolled back, with its text messages in the folder."""
    return town


@pytest.fixture
def committed_town(folder: Path, committed_town: Town) -> Town:
    """The cast, with real commits, with its text messages in the folder."""
    return committed_town


@pytest.fixture
def put() -> Put:
    """Put one notice up at a centre."""

    def up(centre: Centre, key: str = "k", event: Event = Event.ACCEPTED, quiet: QuietHours | None = None, **more):
        new = NewNotice(key=key, event=event, subject="3401232603020000017", facts=FACTS, **{"phone": PHONE, **more})
        with enter(centre):
            put_up([new], quiet=quiet or QuietHours())

    return up
