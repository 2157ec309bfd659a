"""The operations page of the portal: trouble first, page by page, within the scope, at a fixed cost."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zt_interop.circuit import FAILURES_TO_OPEN, note_silence
from zt_interop.queue.models import OutboundStream, OutboxMessage
from zt_interop.stream_pages import StreamOrder, StreamWish, hours, stream_page, stream_totals
from zt_platform.organisation.roles import Role
from zt_tenants.clock import now
from zt_tenants.urls import portal_url

pytestmark = pytest.mark.req("R-12", "Y-04")
URL = portal_url("operations:home")


def make_streams(number: int, *, source: str = "340100", destination: str = "340123", first: int = 0) -> None:
    """Streams of made-up channels; every third fails, every second has messages waiting, of various ages."""
    moment = now()
    for index in range(first, first + number):
        stream = OutboundStream.objects.create(
            id=UUID(int=index + 1),
            source_code=source,
            destination_code=destination,
            channel=f"c{index}",
            failures=index % 3,
            last_error="没有应答" if index % 3 else "",
        )
        waiting = [
            OutboxMessage(stream=stream, type="t", subject="s", time=moment, data={}, queued_at=moment - _age(index))
            for _ in range(index % 2 + index % 4)
        ]
        OutboxMessage.objects.bulk_create(waiting)


def _age(index: int) -> timedelta:
    return timedelta(minutes=10 * (index % 5) + 1)


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.delete("operations:hours")


def _page(browser, query: str = "") -> str:
    response = browser.get(URL + query)
    assert response.status_code == 200
    return unescape(response.text)


@pytest.mark.parametrize("order", StreamOrder.values)
def test_pages_show_each_stream_once_and_in_order(world, order) -> None:
    make_streams(23)
    seen, mark = [], ""
    for _ in range(10):
        page = stream_page(StreamWish(order=order, after=mark), limit=5)
        seen += [row.stream for row in page.rows]
        mark = page.next
        if not mark:
            break
    assert len(seen) == len({row.stream_id for row in seen}) == 23
    far = now() + timedelta(days=1)
    keys = {
        StreamOrder.TROUBLE: lambda row: (-row.failures, row.oldest_pending_at or far),
        StreamOrder.LAG: lambda row: row.oldest_pending_at or far,
        StreamOrder.BACKLOG: lambda row: -row.backlog,
        StreamOrder.SOURCE: lambda row: (row.source_code, row.destination_code, row.channel),
    }[order]
    assert [keys(row) for row in seen] == sorted(keys(row) for row in seen)


@pytest.mark.parametrize("mark", ["x", "W10", "WyIxIl0", "WyJhIiwgImIiLCAiYyJd", "bnVsbA", "é", "A" * 400])
@pytest.mark.parametrize("order", StreamOrder.values)
def test_a_mark_that_nobody_made_breaks_nothing(sign_in, world, mark, order) -> None:
    make_streams(2)
    assert "?only=FAILING" in _page(sign_in(world.province), f"?order={order}&after={mark}")


def test_totals_are_those_of_the_rows(world) -> None:
    make_streams(12)
    rows = [row.stream for row in stream_page(StreamWish()).rows]
    totals = stream_totals(StreamWish())
    assert (totals.streams, totals.failing) == (12, sum(1 for row in rows if row.failures))
    assert totals.backlog == sum(row.backlog for row in rows) > 0
    assert totals.oldest == min(row.oldest_pending_at for row in rows if row.oldest_pending_at)


def test_the_page_says_what_stands_and_links_to_it(sign_in, world) -> None:
    make_streams(3)
    for _ in range(FAILURES_TO_OPEN):
        note_silence("340123", "专线中断")
    page = _page(sign_in(world.province))
    assert page.count("已熔断") == 4  # three streams, one circuit
    assert "专线中断" in page
    assert "?only=FAILING" in page
    for part in ("定时任务", "密钥", "表结构版本", "数据库隔离", "数据库连接", "附件存储", "近24小时送达"):
        assert part in page
    assert "立即重试" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?only=FAILING", 4),
        ("?only=WAITING", 4),
        ("?only=REFUSED", 0),
        ("?q=肥西", 6),
        ("?q=3417", 0),
        ("?channel=x", 6),
    ],
)
def test_filters(sign_in, world, query, shown) -> None:
    make_streams(6)
    page = _page(sign_in(world.province), query)
    assert len(re.findall(r'data-label="滞后"', page)) == shown
    assert ("没有符合条件的流水" in page) == (shown == 0)


def test_a_city_sees_its_own_streams_and_not_the_deployment(sign_in, world) -> None:
    make_streams(2)
    make_streams(1, source="341700", destination="341702", first=10)
    make_streams(1, source="341700", destination="340000", first=20)
    page = _page(sign_in(world.city))
    assert len(re.findall(r'data-label="滞后"', page)) == 2
    assert "341702" not in page
    assert "数据库连接" not in page
    assert "近24小时送达" not in page
    assert len(re.findall(r'data-label="滞后"', _page(sign_in(world.other_city)))) == 2


def test_nobody_else_sees_it(world, client, person) -> None:
    assert client.get(URL)["Location"].startswith("/sign-in/")
    assert person(world.city, Role.WINDOW_CLERK).client.get(URL).status_code == 403


def test_it_costs_the_same_for_one_stream_and_for_many(sign_in, world) -> None:
    browser = sign_in(world.province)
    make_streams(1)
    _page(browser)
    counts = []
    for more in (0, 40):
        make_streams(more, first=100)
        cache.delete("operations:hours")
        with CaptureQueriesContext(connection) as found:
            _page(browser)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_table_goes_along_whole(sign_in, world) -> None:
    make_streams(60)
    browser = sign_in(world.province)
    assert "?after=" in _page(browser).replace("&", "?")
    answer = browser.get(f"{URL}?csv=1&order=SOURCE")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 61
    assert rows[1][:4] == [world.city.short_name, "340100", world.county.short_name, "340123"]
    book = browser.get(f"{URL}?xlsx=1")
    assert book.getvalue().startswith(b"PK")
    book.close()


def test_hours_count_what_was_delivered_and_how_long_it_took(world) -> None:
    make_streams(1)
    stream, moment = OutboundStream.objects.get(), now()
    for minutes, age in ((0, 4), (0, 10), (60 * 30, 1)):
        at = moment - timedelta(minutes=minutes)
        OutboxMessage.objects.create(
            stream=stream, type="t", subject="s", time=at, data={}, state="DELIVERED",
            queued_at=at - timedelta(seconds=age), delivered_at=at,
        )  # fmt: skip
    found = hours()
    assert len(found) == 24
    assert [hour.delivered for hour in found] == [0] * 23 + [2]
    assert (found[-1].mean, found[-1].longest) == (timedelta(seconds=7), timedelta(seconds=10))
