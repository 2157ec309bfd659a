"""My cases: mine, all of them, nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from browsers import browser_of
from django.test import Client

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.models import Account
from zt_platform.index.models import ApplicantCaseEntry


def _account(name: str) -> Account:
    return register_account(username=name, password="correct horse battery", full_name="张小明", phone="13800001234")


def _entries(account: Account, count: int) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ApplicantCaseEntry.objects.bulk_create(
        ApplicantCaseEntry(
            account_id=account.id,
            tracking_number=f"340100-{number:04d}",
            centre_code="340100",
            centre_name="合肥市政务服务中心",
            item_code="SC-0001",
            item_name="食品经营许可",
            status="SUBMITTED",
            updated_at=start + timedelta(minutes=number),
        )
        for number in range(count)
    )


def test_without_an_account_the_way_leads_to_sign_in_and_back(world) -> None:
    answer = Client().get("/my-cases/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=%2Fmy-cases%2F"


def test_nobody_sees_another_persons_cases(world) -> None:
    _entries(_account("owner"), 3)
    page = browser_of(_account("outsider")).get("/my-cases/").content.decode()
    assert "340100-0001" not in page
    assert "您还没有办件" in page


def test_pages_follow_one_another_without_gap_or_repeat(world) -> None:
    owner = _account("owner")
    _entries(owner, 45)
    browser, address, seen = browser_of(owner), "/my-cases/", []
    while address:
        answer = browser.get(address)
        seen += [entry.tracking_number for entry, _ in answer.context["rows"]]
        address = answer.context["older_url"] and f"/my-cases/{answer.context['older_url']}"
    assert seen == [f"340100-{number:04d}" for number in reversed(range(45))]


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_costs_the_same_however_long(world, django_assert_num_queries, rows: int) -> None:
    owner = _account("owner")
    _entries(owner, rows)
    browser = browser_of(owner)
    browser.get("/my-cases/")
    with django_assert_num_queries(4):  # session, account, what waits, the list
        page = browser.get("/my-cases/")
    assert len(page.context["rows"]) == rows
