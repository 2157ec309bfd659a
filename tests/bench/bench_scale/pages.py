"""The pages over the whole province: how long the server takes, how many SQL statements, how heavy the answer is."""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import psutil
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

GOAL_MS: Final = 150
_OVERVIEW = (
    "{ supervisionOverview { today { accepted completed } yesterday { accepted } lights { running yellow red } } }"
)
_LEAGUE = "{ supervisionLeague { centre { code shortName } figures { accepted completed } } }"
_CENTRES = '{ centres(search: "feixi", first: 20) { edges { node { code name parent { name } } } } }'


@dataclass(frozen=True, slots=True)
class PageCost:
    """What one page costs: milliseconds on the clock, processor time of this process and of PostgreSQL's together (which
    a busy machine hardly moves), SQL statements, kilobytes as sent plain and as compressed."""

    name: str
    median_ms: float
    p95_ms: float
    processor_ms: float
    statements: int
    kilobytes: float
    compressed: float


def measure_pages(*, rounds: int) -> list[PageCost]:
    """Ask for every page of supervision and of the portal so many times, by a province's supervisor."""
    browser = supervisors_browser()
    found = []
    for name, ask in _pages(browser).items():
        ask()
        times, before = [], _processor_seconds()
        for _ in range(rounds):
            began = time.perf_counter()
            body = ask()
            times.append((time.perf_counter() - began) * 1000)
        used = _processor_seconds() - before
        with CaptureQueriesContext(connection) as seen:
            body = ask()
        found.append(
            PageCost(
                name=name,
                median_ms=statistics.median(times),
                p95_ms=sorted(times)[max(0, round(len(times) * 0.95) - 1)],
                processor_ms=1000 * used / rounds,
                statements=len(seen),
                kilobytes=len(body) / 1024,
                compressed=len(gzip.compress(body, 5)) / 1024,
            )
        )
    return found


def _processor_seconds() -> float:
    """Of this process, of all processes of the server, and of those of the server that have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    server = backend.parent() or backend
    found = server.cpu_times()
    spent = found.user + found.system + found.children_user + found.children_system
    for child in server.children():
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            spent += times.user + times.system
    return spent + time.process_time()


def supervisors_browser() -> Client:
    """A browser in which a supervisor of the province is signed in; the account is made when it is missing."""
    from zt_platform.accounts.commands import register_account
    from zt_platform.accounts.models import Account
    from zt_platform.index.commands import upsert_seats
    from zt_platform.organisation.models import StaffMember
    from zt_platform.organisation.roles import Role
    from zt_tenants.centres import province
    from zt_tenants.context import enter

    account = Account.objects.filter(username="bench-supervisor").first()
    if account is None:
        account = register_account(
            username="bench-supervisor", password="correct-horse-42", full_name="周明", phone="13855500001"
        )
        with enter(province()):
            StaffMember.objects.create(
                account_id=account.id,
                full_name="周明",
                roles=[Role.SUPERVISOR.value],
                posted_on=date(2020, 1, 1),
            )
            upsert_seats([account.id])
    browser = Client()
    browser.force_login(account, backend="zt_platform.accounts.sessions.AccountBackend")
    return browser


def _pages(browser: Client) -> dict[str, Callable[[], bytes]]:
    city, county = _some_centre("CITY"), _some_centre("COUNTY")
    number = _some_case()
    addresses = {
        "监察总览·省 board, province": "/supervision/",
        "监察总览·一月前 board, past day": f"/supervision/?on={_days_ago(20)}",
        "逾期热力图 board, overrun": "/supervision/?measure=overrun",
        "监察总览·市 board, city": f"/supervision/centres/{city}/",
        "监察总览·县 board, county": f"/supervision/centres/{county}/",
        "办件清单 cases": "/supervision/cases/",
        "办件清单·红黄牌 cases, overdue": "/supervision/cases/?light=OVERDUE",
        "办件清单·今日办结 cases, a figure": f"/supervision/cases/?measure=completed&from={_days_ago(1)}&to={_days_ago(1)}",
        "办件清单·查找 cases, text": f"/supervision/cases/?q={quote('施工')}",
        "一件 one case": f"/supervision/cases/{number}/",
        "数据上报 feeds": "/supervision/feeds/",
        "全省首页 portal home": "/",
        "选择中心 centres": "/centres/",
        "找中心 centre search": "/centres/?q=feixi",
        "搜索 search": f"/search/?q={quote('许可')}",
    }
    pages: dict[str, Callable[[], bytes]] = {
        name: (lambda address=address: _get(browser, address)) for name, address in addresses.items()
    }
    for name, query in (("GraphQL overview", _OVERVIEW), ("GraphQL league", _LEAGUE), ("GraphQL centres", _CENTRES)):
        pages[name] = lambda query=query: _ask(browser, query)
    return pages


def _get(browser: Client, address: str) -> bytes:
    response = browser.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code}")
    return bytes(response.content)


def _ask(browser: Client, query: str) -> bytes:
    response = browser.post("/graphql", data=json.dumps({"query": query}), content_type="application/json")
    if "errors" in response.json():
        raise RuntimeError(response.json()["errors"])
    return bytes(response.content)


def _days_ago(days: int) -> str:
    from datetime import timedelta

    from zt_tenants.clock import today

    return (today() - timedelta(days=days)).isoformat()


def _some_centre(level: str) -> str:
    from zt_tenants.models import Centre

    return str(Centre.objects.open().filter(level=level).order_by("code").values_list("code", flat=True)[0])


def _some_case() -> str:
    from zt_platform.supervision.models import CaseRecord

    found: Any = CaseRecord.objects.filter(role="DECIDING").values_list("tracking_number", flat=True).first()
    return str(found or CaseRecord.objects.values_list("tracking_number", flat=True)[0])
