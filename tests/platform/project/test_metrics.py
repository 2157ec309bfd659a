"""``/metrics/``: only with the token, no centre or person in a label, right sums, the same cost at any size."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_platform.cases.errors import TransitionNotAllowed
from zt_platform.cases.testing import MONDAY, make_town, relay_all
from zt_platform.cases.vocabulary import Action
from zt_platform.operations import measures
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.models import Centre, Level
from zt_tenants.telemetry.instruments import REGISTRY

pytestmark = pytest.mark.req("Y-09")
TOKEN = "a-token-for-tests"

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def scrape(settings, client: Client) -> Callable[[], Figures]:
    settings.ZT_METRICS_TOKEN = TOKEN

    def scraped() -> Figures:
        cache.delete("operations:measures")
        answer = client.get("/metrics/", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {(one.name, frozenset(one.labels.items())): one.value for each in families for one in each.samples}

    return scraped


def value(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((name, frozenset(labels.items())), 0.0)


def test_without_the_token_there_is_nothing(world, client, settings) -> None:
    settings.ZT_METRICS_TOKEN = TOKEN
    tried = ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"bearer{TOKEN}"]
    assert [client.get("/metrics/", headers={"authorization": one}).status_code for one in tried] == [404] * len(tried)
    assert client.get("/metrics/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    settings.ZT_METRICS_TOKEN = ""
    assert [client.get("/metrics/", headers={"authorization": one}).status_code for one in tried] == [404] * len(tried)
    assert client.get("/c/340123/metrics/", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_requests_are_told_by_route_never_by_path(world, client, scrape) -> None:
    before = scrape()
    client.get("/c/340123/")
    client.get("/c/340100/")
    client.get("/nowhere/13800000000/")
    after = scrape()
    home = {"route": "c/<code>/", "method": "GET", "status": "2xx"}
    assert value(after, "zhengtong_request_seconds_count", **home) == 2 + value(
        before, "zhengtong_request_seconds_count", **home
    )
    lost = {"route": "-", "method": "GET", "status": "4xx"}
    assert value(after, "zhengtong_request_seconds_count", **lost) == 1 + value(
        before, "zhengtong_request_seconds_count", **lost
    )
    statements = value(after, "zhengtong_request_statements_sum", route="c/<code>/")
    assert statements > value(before, "zhengtong_request_statements_sum", route="c/<code>/")
    assert not [key for key in after if "13800000000" in str(key)]


def test_a_case_is_counted_from_step_to_step_and_no_label_names_a_centre_a_case_or_a_person(
    world, scrape, django_capture_on_commit_callbacks
) -> None:
    before = scrape()
    town = make_town(world.city, world.county, world.other_county)
    with clock.at(MONDAY), django_capture_on_commit_callbacks(execute=True):
        town.county.accept(town.county.submitted(town.zhang))
        relay_all()
    after = scrape()
    done = {"action": Action.ACCEPT.value, "outcome": "DONE"}
    assert value(after, "zhengtong_case_actions_total", **done) == 1 + value(
        before, "zhengtong_case_actions_total", **done
    )
    shipped = {"channel": "supervision", "transport": "local", "outcome": "accepted"}
    assert value(after, "zhengtong_shipments_total", **shipped) > value(before, "zhengtong_shipments_total", **shipped)
    handled = {"type": "supervision.event.v1", "outcome": "APPLIED"}
    name = "zhengtong_messages_handled_total"
    assert value(after, name, **handled) > value(before, name, **handled)
    told = " ".join(text for _, labels in after for _, text in labels)
    assert not re.search(r"\d{6}", told), "a centre's code, a case's number or a telephone is a label"
    assert not re.search(r"[\u4e00-\u9fff]", told), "a label speaks Chinese: perhaps it names somebody"


def test_a_refused_step_is_counted_under_its_code(world, scrape) -> None:
    town = make_town(world.city, world.county, world.other_county)
    before = scrape()
    with clock.at(MONDAY):
        case = town.county.submitted(town.zhang)
        with pytest.raises(TransitionNotAllowed):
            town.county.review(case)
    refused = {"action": Action.REVIEW.value, "outcome": TransitionNotAllowed.code}
    name = "zhengtong_case_actions_total"
    assert value(scrape(), name, **refused) == 1 + value(before, name, **refused)


def test_the_deployment_is_read_and_every_part_is_readable(world, scrape) -> None:
    figures = scrape()
    parts = {
        dict(labels)["part"]: found for (name, labels), found in figures.items() if name == "zhengtong_part_readable"
    }
    assert parts == dict.fromkeys(measures._PARTS, 1.0)
    assert value(figures, "zhengtong_centres") == Centre.objects.here().count()
    assert value(figures, "zhengtong_storage_up") == 1
    assert value(figures, "zhengtong_key_days_left") > 0
    assert 0 < value(figures, "zhengtong_database_connections") < value(figures, "zhengtong_database_connections_most")


def test_what_waits_is_seen_by_channel_with_its_age(world, scrape) -> None:
    stream = OutboundStream.objects.create(source_code="340123", destination_code="340100", channel="case", failures=2)
    moment = now()
    for minutes in (1, 9):
        OutboxMessage.objects.create(
            stream=stream, type="exchange.request.v1", subject="x", time=moment, data={}, queued_at=moment
        )
        OutboxMessage.objects.update(queued_at=moment - measures._DAY * minutes / 1440)
    figures = scrape()
    assert value(figures, "zhengtong_messages_waiting", channel="case") == 2
    assert value(figures, "zhengtong_messages_waiting", channel="supervision") == 0
    assert 540 <= value(figures, "zhengtong_messages_oldest_seconds", channel="case") < 600
    assert value(figures, "zhengtong_streams_failing") == 1


def _statements() -> int:
    cache.delete("operations:measures")
    with CaptureQueriesContext(connection) as captured:
        measures.figures()
    return len(captured)


def test_reading_costs_the_same_with_many_centres_and_streams(world) -> None:
    few = _statements()
    for number in range(40):
        code = f"35{number:04}"
        Centre.objects.create(
            code=code,
            schema_name=f"c_metrics_{number}",
            name=f"新设中心{number}",
            level=Level.COUNTY,
            parent=world.city,
            opened_on=now().date(),
        )
        OutboundStream.objects.create(source_code=code, destination_code="340000", channel="supervision")
    assert _statements() == few


def test_all_processes_read_at_most_every_fifteen_seconds(world) -> None:
    cache.delete("operations:measures")
    first = measures.figures()
    with CaptureQueriesContext(connection) as captured:
        assert measures.figures() == first
    assert len(captured) == 0
    assert measures.SECONDS_KEPT == 15


def test_a_part_that_does_not_answer_is_named_and_leaves_the_others(world, scrape, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    figures = scrape()
    assert value(figures, "zhengtong_part_readable", part="queue") == 0
    assert not [key for key in figures if key[0] == "zhengtong_tasks_queued"]
    assert value(figures, "zhengtong_part_readable", part="streams") == 1


def test_without_the_cache_the_figures_are_read_each_time(world, scrape, settings, client) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}}
    answer = client.get("/metrics/", headers={"authorization": f"Bearer {TOKEN}"})
    assert b"zhengtong_streams " in answer.content


def test_every_figure_is_declared_and_named_by_the_rules_of_prometheus() -> None:
    names = {family.name for family in REGISTRY.collect()} | measures.NAMES
    assert all(re.fullmatch(r"zhengtong_[a-z_]+", name) for name in names)
