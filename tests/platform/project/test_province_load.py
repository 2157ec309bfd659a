"""Loading part of a province: each centre whole, resumable after kill -9, a failing one alone with its failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from zt_interop.keys.models import PublicKey
from zt_platform.accounts.models import Account
from zt_platform.catalogue.models import Item
from zt_platform.index.models import ItemIndexEntry
from zt_platform.organisation.models import StaffMember
from zt_platform.project import provinces
from zt_platform.project.provinces import load_province, missing_divisions
from zt_tenants.context import enter, operating, outside_centres
from zt_tenants.divisions import Division, divisions_of, select
from zt_tenants.errors import InvalidInput
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("A-01")
PASSWORD = "zt-just-for-this-test-9"
LOADER = Path(__file__).with_name("load_worker.py")


@pytest.fixture
def wuhu(committed_world) -> Iterator[list[Division]]:
    """The province with one city that the world does not have, and its counties; gone after the test."""
    known = set(Centre.objects.values_list("id", flat=True))
    yield select(divisions_of("340000"), cities=["340200"])
    _remove(known)


def _remove(known: set[object]) -> None:
    new = Centre.objects.exclude(id__in=known)
    with outside_centres(), connection.cursor() as cursor:
        for schema in new.values_list("schema_name", flat=True):
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        cursor.execute("DELETE FROM shared.tenants_centre WHERE NOT id = ANY(%s)", [list(known)])
    Centre.objects.update(ready_at=None)


def _fleet(divisions: list[Division]) -> dict[str, object]:
    """What each centre consists of, without ids and times."""
    found: dict[str, object] = {}
    for centre in Centre.objects.filter(code__in=[division.code for division in divisions]):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [centre.schema_name]
            )
            rows = {}
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{centre.schema_name}"."{table}"')
                rows[table] = cursor.fetchone()[0]
        with operating(), enter(centre):
            found[centre.code] = (
                rows,
                centre.name,
                centre.parent and centre.parent.code,
                centre.schema_ordinal,
                centre.ready_at is not None,
                sorted(Item.objects.values_list("code", "name", "current_version__version")),
                sorted(StaffMember.objects.values_list("full_name", flat=True)),
                sorted(Account.objects.filter(username__endswith=f"-{centre.code}").values_list("username", flat=True)),
                PublicKey.objects.filter(centre_id=centre.id, usage="message").count(),
                sorted(ItemIndexEntry.objects.filter(centre_code=centre.code).values_list("item_code", flat=True)),
            )
    return found


def _start_loader() -> subprocess.Popen[bytes]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + str(connection.settings_dict["NAME"]))
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings",
    }
    return subprocess.Popen([sys.executable, str(LOADER), PASSWORD], env=environment)


def _wait_for(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "the loader did not come so far"
        time.sleep(0.01)


@pytest.mark.parametrize("until", ["half-made", "half-ready"])
def test_a_load_that_is_killed_is_finished_and_equals_one_made_in_one_go(committed_world, wuhu, until: str) -> None:
    before = set(Centre.objects.values_list("id", flat=True))
    new = Centre.objects.exclude(id__in=before)
    loader = _start_loader()
    if until == "half-made":
        _wait_for(lambda: new.filter(ready_at__isnull=True, level="COUNTY").count() >= 2)
    else:
        _wait_for(lambda: new.filter(ready_at__isnull=False).exists())
    loader.send_signal(signal.SIGKILL)
    assert loader.wait() == -signal.SIGKILL
    left = len(missing_divisions(wuhu))
    assert left > 0, "it was killed in the middle"

    report = load_province(wuhu, password=PASSWORD)
    assert (report.made, report.there, report.failed) == (left, len(wuhu) - left, {})
    resumed = _fleet(wuhu)
    assert load_province(wuhu, password=PASSWORD).made == 0
    assert _fleet(wuhu) == resumed, "idempotent"

    counties = [division for division in wuhu if division.level != "PROVINCE"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared.index_itemindexentry; DELETE FROM shared.index_staffseatentry")
    Account.objects.all().delete()
    _remove(before)
    load_province(wuhu, password=PASSWORD)
    whole = _fleet(wuhu)
    assert {d.code: resumed[d.code] for d in counties} == {d.code: whole[d.code] for d in counties}


def test_a_centre_that_cannot_be_filled_is_reported_and_completed_by_the_next_run(wuhu, monkeypatch) -> None:
    real = provinces.load_catalogue

    def refusing(centre: Centre) -> object:
        if centre.code == "340207":
            raise InvalidInput(field="items", zh="目录有误", en="the catalogue is broken")
        return real(centre)

    monkeypatch.setattr(provinces, "load_catalogue", refusing)
    report = load_province(wuhu, password=PASSWORD)
    assert list(report.failed) == ["340207"]
    assert "目录有误" in report.failed["340207"]
    assert report.made == len(wuhu) - 1
    assert [division.code for division in missing_divisions(wuhu)] == ["340207"]
    monkeypatch.setattr(provinces, "load_catalogue", real)
    assert load_province(wuhu, password=PASSWORD).made == 1
