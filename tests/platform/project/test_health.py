"""``/health/``: 200 when everything answers and all centres have the newest tables, else 503."""

from __future__ import annotations

import pytest

from zt_storage.objects import ensure_bucket
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("A-01")


def test_a_whole_fleet_is_healthy(world, client) -> None:
    ensure_bucket()
    answer = client.get("/health/")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["ok"], body["database"], body["cache"]) == (True, {"ok": True}, {"ok": True})
    schema = body["schema"]
    assert (schema["centres"], schema["behind"], schema["failed"], schema["not_rolled_out"]) == (6, 0, 0, 0)
    assert "no-store" in answer["Cache-Control"]


def test_a_mixed_fleet_is_not(world, client) -> None:
    Centre.objects.filter(code="340123").update(schema_ordinal=1)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["schema"]["behind"] == 1
    assert answer.json()["database"]["ok"]


def test_a_storage_that_does_not_answer_is_named(world, client, settings) -> None:
    settings.S3_ENDPOINT = "127.0.0.1:1"
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["storage"] == {"ok": False}
    assert answer.json()["schema"]["ok"]


def test_it_costs_few_statements(world, client, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):
        client.get("/health/")
