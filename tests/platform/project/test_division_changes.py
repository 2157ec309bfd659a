"""Divisions are renamed, recoded, merged and split; running cases stay reachable and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from zt_interop.log.models import InboxMessage, InboxState
from zt_interop.queue.models import MessageState, OutboundStream, OutboxMessage
from zt_interop.send import send_message
from zt_interop.testing import REQUEST, requested
from zt_platform.cases import queries
from zt_platform.cases.models import CaseMaterial
from zt_platform.cases.testing import ENTRUSTED, MONDAY, OWN, ZHANG, Desk, Town, make_town, relay_all
from zt_platform.cases.vocabulary import Result, Status
from zt_platform.catalogue.models import Delegation
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry
from zt_platform.project.cli import centre as cli
from zt_platform.project.division_changes import (
    DelegationsInForce,
    MessagesUnderWay,
    PartnerElsewhere,
    SiteRuns,
    abolish_centre,
    recode_centre,
    rename_centre,
    require_site_at_rest,
)
from zt_platform.project.mount import CentreMountMiddleware
from zt_platform.project.provinces import missing_divisions
from zt_platform.supervision.models import CaseRecord, CaseStep, Feed
from zt_storage import objects
from zt_storage.uploads import read_bytes
from zt_tenants import clock
from zt_tenants.centres import centre_by_code, centre_by_id
from zt_tenants.changes import CentreAbolished, ChildrenUnassigned, CodeInUse, successors
from zt_tenants.context import enter
from zt_tenants.divisions import demo_divisions
from zt_tenants.errors import InvalidInput, UnknownCentre
from zt_tenants.finding import matching_centres
from zt_tenants.models import Centre, FormerCode, Level, Transport
from zt_tenants.provisioning import provision_centre
from zt_tenants.wall.access import DatabaseRole
from zt_tenants.wall.roles import password_of

pytestmark = pytest.mark.req("A-01")
NEW = "340199"


@pytest.fixture
def town(committed_world) -> Iterator[Town]:
    """City, county and neighbour with real commits; the centres' own rows are put back afterwards."""
    objects.ensure_bucket()
    kept = list(Centre.objects.values())
    with clock.at(MONDAY):
        yield make_town(committed_world.city, committed_world.county, committed_world.other_county)
    for row in kept:
        Centre.objects.filter(id=row["id"]).update(**row)
    for made in Centre.objects.exclude(id__in=[row["id"] for row in kept]):
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA "{made.schema_name}" CASCADE')
        made.delete()


def _everything_arrived(*desks: Desk) -> bool:
    unapplied = 0
    for desk in desks:
        with enter(desk.centre):
            unapplied += InboxMessage.objects.exclude(state=InboxState.APPLIED).count()
    return not unapplied and not OutboxMessage.objects.exclude(state=MessageState.DELIVERED).exists()


@pytest.mark.req("L-06", "R-03", "C-01")
def test_a_case_under_way_is_finished_under_the_new_code(town: Town) -> None:
    """The city has accepted, the county decides; in between the county gets another code."""
    city, county, centre = town.city, town.county, town.county.centre
    number = city.submitted(town.zhang, ENTRUSTED).tracking_number
    city.accept(city.case(number))
    own = county.submitted(town.zhang, OWN).tracking_number
    draft = county.draft(town.li, OWN)
    relay_all()
    streams, steps = OutboundStream.objects.count(), CaseStep.objects.count()
    neighbour = town.neighbour.snapshot()

    recode_centre("340123", NEW)

    county = Desk(centre_by_code(NEW))
    assert county.centre.id == centre.id
    assert centre_by_code("340123").code == NEW
    county.review(county.case(number))
    county.decide(county.case(number))
    relay_all()
    city.seal(city.case(number))
    with enter(county.centre):
        for material in CaseMaterial.objects.filter(attachment__isnull=False):
            assert read_bytes(material.attachment), "an attachment whose key carries the old code"
    relay_all()
    assert city.case(number).result == Result.GRANTED
    assert city.case(number).counterpart_code == NEW
    county.accept(county.case(own))
    relay_all()

    assert _everything_arrived(city, county)
    assert OutboundStream.objects.filter(source_code="340123").count() == 0
    assert OutboundStream.objects.count() == streams, "a stream began anew"
    assert not Feed.objects.exclude(missing=0).exists()
    assert CaseStep.objects.count() > steps
    assert not CaseRecord.objects.filter(centre_code="340123").exists()
    assert CaseRecord.objects.get(tracking_number=own).centre_code == NEW
    assert set(ApplicantCaseEntry.objects.filter(tracking_number=own).values_list("centre_code", flat=True)) == {NEW}
    found = queries.track(tracking_number=own, phone_tail=ZHANG.phone[-4:], address="192.0.2.1")
    assert found is not None, "the number carries the old code"
    assert town.neighbour.snapshot() == neighbour
    assert county.fresh(draft).status == Status.DRAFT


def test_papers_sent_up_after_the_change_are_taken_although_their_keys_carry_the_old_code(town: Town) -> None:
    city, county = town.city, town.county
    number = city.submitted(town.zhang, ENTRUSTED).tracking_number
    relay_all()
    recode_centre("340100", "340198")
    city = Desk(centre_by_code("340198"))
    city.accept(city.case(number))
    relay_all()
    assert _everything_arrived(city, county)
    with enter(county.centre):
        assert all(read_bytes(m.attachment) for m in CaseMaterial.objects.all())
    assert county.case(number).counterpart_code == "340198"


def test_a_message_addressed_to_the_former_code_arrives(town: Town) -> None:
    recode_centre("340123", NEW)
    with enter(town.city.centre):
        sent = send_message(destination="340123", type=REQUEST, subject="A", data=requested(str(uuid4())))
    assert sent.stream.destination_code == NEW
    relay_all()
    with enter(centre_by_code(NEW)):
        assert InboxMessage.objects.get(event_id=sent.event_id).source_code == "340100"


def test_links_to_the_old_code_lead_on(town: Town) -> None:
    recode_centre("340123", NEW)
    mounted = CentreMountMiddleware(lambda request: HttpResponse(request.centre.code))
    answer = mounted(RequestFactory().get("/c/340123/guides/食/?page=2"))
    assert (answer.status_code, answer["Location"]) == (301, f"/c/{NEW}/guides/%E9%A3%9F/?page=2")
    assert mounted(RequestFactory().post("/c/340123/cases/")).status_code == 308
    assert mounted(RequestFactory().get(f"/c/{NEW}/")).content == NEW.encode()


def test_a_code_can_be_taken_back_but_never_taken_from_another(town: Town) -> None:
    recode_centre("340123", NEW)
    with pytest.raises(CodeInUse):
        recode_centre("341702", "340123")
    with pytest.raises(CodeInUse):
        recode_centre("341702", "340100")
    for wrong in ("34012", "340123101", "34O123", ""):
        with pytest.raises(InvalidInput):
            recode_centre("341702", wrong)
    with pytest.raises(UnknownCentre):
        recode_centre("349999", "340177")
    recode_centre(NEW, "340123")
    assert {row.code for row in FormerCode.objects.all()} == {NEW}
    assert centre_by_code(NEW).code == "340123"


def test_a_code_does_not_change_under_messages(town: Town) -> None:
    number = town.city.submitted(town.zhang, ENTRUSTED).tracking_number
    town.city.accept(town.city.case(number))
    with pytest.raises(MessagesUnderWay):
        recode_centre("340123", NEW)
    assert Centre.objects.get(id=town.county.centre.id).code == "340123"
    assert not FormerCode.objects.exists()
    relay_all()
    recode_centre("340123", NEW)


def test_a_partner_in_another_deployment_is_not_left_behind(town: Town) -> None:
    Centre.objects.filter(code="340100").update(transport=Transport.HTTPS, endpoint="https://centre.invalid/")
    with pytest.raises(PartnerElsewhere, match="340100"):
        recode_centre("340123", NEW)
    assert not FormerCode.objects.exists()


def test_a_new_name_is_found(town: Town) -> None:
    _index(town.county.centre)
    _index(town.city.centre)
    rename_centre("340123", name="肥西新区政务服务中心")
    assert centre_by_code("340123").short_name == "肥西新区"
    assert [found.code for found in matching_centres("feixixinqu")] == ["340123"]
    assert ItemIndexEntry.objects.get(centre_code="340123").centre_name == "肥西新区政务服务中心"
    assert ItemIndexEntry.objects.get(centre_code="340100").centre_name == "合肥市政务服务中心"
    with pytest.raises(InvalidInput):
        rename_centre("340123", name=" ")


def _index(centre: Centre) -> None:
    ItemIndexEntry.objects.create(
        centre_id=centre.id, centre_code=centre.code, centre_name=centre.name, item_code=OWN, name="食品", name_en="Food",
        department_name="局", pinyin="shipin", initials="sp", kind="PROMISED", promised_days=7, statutory_days=20,
    )  # fmt: skip


def _without_delegations(*centres: Centre) -> None:
    for centre in centres:
        with enter(centre):
            Delegation.objects.all().delete()


def _wait_for_rest() -> None:
    """PostgreSQL forgets a closed connection a moment after its client."""
    for _ in range(200):
        try:
            return require_site_at_rest()
        except SiteRuns:
            time.sleep(0.05)
    return pytest.fail("the connection stayed")


@pytest.mark.req("F-01")
def test_a_merged_centre_finishes_its_cases_and_takes_no_new_ones(town: Town) -> None:
    county, successor = town.county, town.neighbour
    running, draft = county.submitted(town.zhang, OWN), county.draft(town.li, OWN)
    _index(county.centre)
    with pytest.raises(DelegationsInForce):
        abolish_centre("340123", into=["341702"])
    _without_delegations(town.city.centre, county.centre)

    abolish_centre("340123", into=["341702"])

    assert centre_by_code("340123101").parent_id == successor.centre.id, "the township goes to the successor"
    assert not ItemIndexEntry.objects.exists()
    assert "340123" not in {found.code for found in matching_centres("")}
    county = Desk(centre_by_code("340123"))
    before = county.snapshot()
    with pytest.raises(CentreAbolished, match=successor.centre.name):
        county.draft(town.li, OWN)
    with pytest.raises(CentreAbolished), enter(county.centre):
        from zt_platform.cases.commands import submit_application

        submit_application(actor=town.li, case_id=draft.pk)
    assert county.snapshot() == before
    county.accept(running)
    county.review(running)
    county.decide(running)
    county.seal(running)
    assert county.fresh(running).status == Status.COMPLETED
    relay_all()
    assert CaseRecord.objects.get(tracking_number=running.tracking_number).centre_code == "340123"
    page = Client().get("/c/340123/").content.decode()
    assert "已撤销" in page
    assert "/c/341702/" in page
    assert "已撤销" not in Client().get("/c/341702/").content.decode()
    with pytest.raises(CentreAbolished):
        abolish_centre("340123", into=["341702"])


def test_a_split_says_where_each_centre_below_goes(town: Town, committed_world) -> None:
    _without_delegations(town.city.centre, town.county.centre)
    provision_centre(code="341800", name="宣城市政务服务中心", level=Level.CITY, parent=committed_world.province)
    both = ["341700", "341800"]
    with pytest.raises(ChildrenUnassigned, match="340123"):
        abolish_centre("340100", into=both)
    with pytest.raises(ChildrenUnassigned, match="340123"):
        abolish_centre("340100", into=both, children={"340123": "340000"})
    for into in ([], ["340100"], ["341702"], ["999999"]):
        with pytest.raises((InvalidInput, UnknownCentre)):
            abolish_centre("340100", into=into)
    assert centre_by_id(town.city.centre.id).abolished_on is None
    done = abolish_centre("340100", into=both, children={"340123": "341800"})
    assert centre_by_code("340123").parent == centre_by_code("341800")
    assert [one.code for one in successors(done)] == both


def test_loading_a_province_again_does_not_bring_a_former_code_back(town: Town) -> None:
    recode_centre("340123", NEW)
    Centre.objects.update(ready_at=clock.now())
    missing = {division.code for division in missing_divisions(demo_divisions())}
    assert "340123" not in missing
    assert "340122" in missing


def test_the_command_line_changes_divisions_only_while_the_site_is_at_rest(town: Town, monkeypatch) -> None:
    monkeypatch.setattr(cli, "platform_running", nullcontext)
    _without_delegations(town.city.centre, town.county.centre)
    where = connection.get_connection_params()
    at = {name: where[name] for name in ("host", "port", "dbname")}
    for role in (town.city.centre.schema_name, DatabaseRole.RELAY):
        with psycopg.connect(**at, user=str(role), password=password_of(role)):
            answer = CliRunner().invoke(cli.centre, ["recode", "340123", NEW])
        assert isinstance(answer.exception, SiteRuns)
        assert not FormerCode.objects.exists()
    _wait_for_rest()
    for arguments in (
        ["recode", "340123", NEW],
        ["rename", NEW, "--name", "新县政务服务中心"],
        ["merge", NEW, "341702"],
    ):
        answer = CliRunner().invoke(cli.centre, arguments)
        assert answer.exit_code == 0, (arguments, answer.exception)
    done = centre_by_code("340123")
    assert (done.code, done.name, done.successor_ids) == (NEW, "新县政务服务中心", [town.neighbour.centre.id])
