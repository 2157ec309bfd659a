"""Lists of the portal cost the same number of SQL statements however long they are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zt_platform.index.models import ItemIndexEntry


def _items(world, count: int) -> None:
    ItemIndexEntry.objects.all().delete()
    ItemIndexEntry.objects.bulk_create(
        ItemIndexEntry(
            centre_id=world.city.id,
            centre_code=world.city.code,
            centre_name=world.city.name,
            item_code=f"XK-{number:03d}",
            name=f"许可{number}",
            name_en=f"Permit {number}",
            department_name=f"部门{number % 3}",
            pinyin="xuke",
            initials="xk",
            life_events=["开店"],
            kind="PROMISED",
            promised_days=5,
            statutory_days=20,
        )
        for number in range(count)
    )


@pytest.mark.parametrize("address", ["/search/?q=许可", "/search/?item=XK-000", "/c/340100/", "/"])
def test_one_item_or_twenty(world, address: str) -> None:
    def statements(count: int) -> int:
        _items(world, count)
        browser = Client()
        browser.cookies["zt_centre"] = world.city.code
        browser.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    assert statements(1) == statements(20)
