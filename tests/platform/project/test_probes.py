"""``/live/`` needs nothing; ``/ready/`` needs database, cache and the tables of this code, not every centre."""

from __future__ import annotations

import pytest

from zt_interop.keys.models import PublicKey
from zt_tenants.clock import now
from zt_tenants.models import Centre, SchemaStep

pytestmark = pytest.mark.req("A-01")


def test_live_asks_no_database(client) -> None:  # without the fixture that lets a test reach one
    answer = client.get("/live/", headers={"host": "any.example"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Cache-Control"] == "no-store"


def test_ready_names_what_it_looked_at(world, client, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        answer = client.get("/ready/")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "database": True, "cache": True, "schema": True, "broker": True}
    assert answer["Cache-Control"] == "no-store"


def test_a_centre_that_was_left_behind_or_cannot_sign_makes_no_process_unready(world, client) -> None:
    Centre.objects.filter(code="340123").update(schema_ordinal=1)
    PublicKey.objects.all().delete()
    assert client.get("/health/").status_code == 503
    assert client.get("/ready/").status_code == 200


def test_code_whose_tables_are_missing_is_not_ready_and_older_code_is(world, client) -> None:
    newest = SchemaStep.objects.order_by("-ordinal").first()
    SchemaStep.objects.create(
        ordinal=newest.ordinal + 1, app_label="next", name="0001", kind=newest.kind, made_at=now()
    )
    assert client.get("/ready/").json()["schema"] is True
    SchemaStep.objects.filter(ordinal__gte=newest.ordinal).delete()
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["schema"]) == (503, False)


def test_without_cache_nobody_can_sign_in_so_it_is_not_ready(world, client, settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}}
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["cache"], answer.json()["database"]) == (503, False, True)


def test_without_broker_pages_go_on(world, client, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["broker"]) == (200, False)
