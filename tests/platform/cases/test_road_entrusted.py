"""An entrusted item: the city accepts, the county decides in the city's name, the city seals, closes and delivers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum
from pdf_text import pdf_text

from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import MessageState, OutboxMessage
from zt_platform.cases import queries
from zt_platform.cases.models import Case, CaseMaterial, Certificate
from zt_platform.cases.testing import ENTRUSTED, PDF, at, relay_all
from zt_platform.cases.vocabulary import CaseRole, Result, Status, Step
from zt_platform.supervision.models import CaseRecord, CentreDay
from zt_storage.uploads import read_bytes
from zt_tenants.context import enter


def walked(town) -> str:
    """The whole road, relaying after each act; the tracking number."""
    city, county = town.city, town.county
    case = city.submitted(town.zhang, ENTRUSTED)
    number = case.tracking_number
    with at("2026-03-02T10:00"):
        city.accept(case)
    with at("2026-03-02T10:05"):
        relay_all()
    with at("2026-03-03T10:00"):
        county.review(county.case(number))
        relay_all()
    with at("2026-03-04T10:00"):
        county.decide(county.case(number))
    with at("2026-03-04T10:10"):
        relay_all()
    with at("2026-03-05T09:00"):
        city.seal(city.case(number))
        city.deliver(city.case(number))
        relay_all()
    return number


@pytest.mark.req("C-01", "C-06", "E-05", "E-06", "R-03", "A-31")
def test_the_whole_road(committed_town) -> None:
    town, number = committed_town, walked(committed_town)
    there, here = town.county.case(number), town.city.case(number)

    assert (here.role, here.status, here.result) == (CaseRole.ACCEPTING, Status.DELIVERED, Result.GRANTED)
    assert (there.role, there.status, there.result) == (CaseRole.DECIDING, Status.DELIVERED, Result.GRANTED)
    assert here.legal_name_of_decider == there.legal_name_of_decider == "合肥市市场监督管理局"
    assert here.seal_name == "合肥市市场监督管理局行政审批专用章"
    assert here.seal_keeper == "王建国"
    assert there.department.name == "肥西县市场监督管理局"
    with enter(town.county.centre):
        issued = Certificate.objects.get()
        paper = read_bytes(issued.paper)
    with enter(town.city.centre):
        copied = Certificate.objects.get()
        assert read_bytes(copied.paper) == paper
    assert (copied.number, copied.digest) == (issued.number, issued.digest)
    assert "由受委托机关肥西县市场监督管理局以委托机关合肥市市场监督管理局的名义作出" in pdf_text(paper)
    assert issued.number == "合市监（340123）证〔2026〕00001号"
    assert not OutboxMessage.objects.exclude(state=MessageState.DELIVERED).exists()
    for centre in (town.city.centre, town.county.centre):
        with enter(centre):
            assert not InboxMessage.objects.exclude(state=InboxState.APPLIED).exists()


@pytest.mark.req("L-06", "E-20", "C-06", "L-05")
def test_one_timeline_at_both_ends_with_the_time_on_the_way(committed_town) -> None:
    town, number = committed_town, walked(committed_town)
    lines = {}
    for desk in (town.city, town.county):
        with enter(desk.centre):
            entries = queries.timeline(desk.case(number))
            lines[desk.centre.code] = [(e.step, e.centre_code, e.occurred_at) for e in entries]
            ways = {e.step: e.on_the_way for e in entries if e.on_the_way is not None}
            assert ways[Step.RECEIVED] == timedelta(minutes=5)
            if desk is town.city:
                assert ways[Step.APPROVED] == timedelta(minutes=10)
    assert lines["340100"] == lines["340123"]
    assert [(step, centre) for step, centre, _ in lines["340100"]] == [
        (Step.DRAFTED, "340100"),
        (Step.SUBMITTED, "340100"),
        (Step.ACCEPTED, "340100"),
        (Step.TRANSFERRED, "340100"),
        (Step.RECEIVED, "340123"),
        (Step.REVIEWED, "340123"),
        (Step.APPROVED, "340123"),
        (Step.COMPLETED, "340100"),
        (Step.DELIVERED, "340100"),
    ]


@pytest.mark.req("C-01", "E-02")
def test_the_transfer_resets_no_clock_and_carries_the_files(committed_town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    with at("2026-03-04T10:00"):
        relay_all()
    here, there = town.city.fresh(case), town.county.case(case.tracking_number)
    for name in ("submitted_at", "received_on", "accepted_at", "due_at", "warning_at", "red_at", "statutory_due_at"):
        assert getattr(there, name) == getattr(here, name), name
    assert here.due_at.date().isoformat() == "2026-03-11"
    assert here.arrived_at == there.arrived_at
    assert there.applicant == here.applicant
    assert there.form == here.form
    assert there.applicant_account_id is None
    with enter(town.county.centre):
        files = list(CaseMaterial.objects.select_related("attachment"))
        assert {(f.material_code, f.name) for f in files} == {("id", "身份证明"), ("site", "场地证明")}
        assert all(read_bytes(f.attachment) == PDF for f in files)
        assert all(f.attachment.object_key.startswith("c/340123/") for f in files)


@pytest.mark.req("R-02", "R-03")
def test_every_step_of_both_centres_is_in_the_queue_to_the_province_and_the_city(committed_town) -> None:
    number = walked(committed_town)
    told: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in OutboxMessage.objects.filter(type="supervision.event.v1", subject=number).select_related("stream"):
        stream = (row.stream.source_code, row.stream.destination_code)
        told.setdefault(stream, []).append((row.data["step"], row.data["role"], row.data["status"]))
    city = [
        ("SUBMITTED", "SOLE", "SUBMITTED"),
        ("ACCEPTED", "ACCEPTING", "ACCEPTED"),
        ("TRANSFERRED", "ACCEPTING", "TRANSFERRED"),
        ("APPROVED", "ACCEPTING", "APPROVED"),
        ("COMPLETED", "ACCEPTING", "COMPLETED"),
        ("DELIVERED", "ACCEPTING", "DELIVERED"),
    ]
    county = [
        ("RECEIVED", "DECIDING", "ACCEPTED"),
        ("REVIEWED", "DECIDING", "REVIEWED"),
        ("APPROVED", "DECIDING", "APPROVED"),
        ("COMPLETED", "DECIDING", "COMPLETED"),
        ("DELIVERED", "DECIDING", "DELIVERED"),
    ]
    assert told == {("340100", "340000"): city, ("340123", "340000"): county, ("340123", "340100"): county}


def test_a_denial_returns_and_is_sealed_and_delivered_too(committed_town) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    there = town.county.case(case.tracking_number)
    town.county.review(there)
    town.county.decide(there, Result.DENIED, "不符合条件")
    relay_all()
    here = town.city.fresh(case)
    assert (here.status, here.result, here.decision_opinion) == (Status.REJECTED, Result.DENIED, "不符合条件")
    with enter(town.city.centre):
        assert "不予行政许可决定书" in pdf_text(read_bytes(here.decision_paper))
    town.city.seal(here)
    assert town.city.deliver(here).status == Status.DELIVERED


@pytest.mark.req("A-01")
def test_a_centre_without_part_in_it_holds_nothing(committed_town) -> None:
    walked(committed_town)
    with enter(committed_town.neighbour.centre):
        assert not Case.objects.exists()
        assert not CaseMaterial.objects.exists()


@pytest.mark.req("R-02", "R-03", "E-21")
def test_the_province_counts_the_case_once_with_both_ledgers(committed_town) -> None:
    number = walked(committed_town)
    told = {
        record.centre_code: (record.role, record.status, record.on_time)
        for record in CaseRecord.objects.filter(tracking_number=number)
    }
    assert told == {"340100": ("ACCEPTING", "DELIVERED", True), "340123": ("DECIDING", "DELIVERED", True)}
    for counter in ("submitted", "accepted", "completed", "on_time", "granted", "decided"):
        assert CentreDay.objects.aggregate(n=Sum(counter))["n"] == 1, counter
