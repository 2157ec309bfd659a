"""Deliveries of files: every format and encoding, every fault, whatever the order, and nothing read half written."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zt_interop.departments.calls import Question, ask
from zt_interop.departments.file_drop import formats, picking
from zt_interop.departments.file_drop.folders import Folders
from zt_interop.departments.file_drop.picking import pick_up, pick_up_all
from zt_interop.departments.file_drop.writing import write_delivery
from zt_interop.departments.models import DataService, DeliveredRecord, Delivery
from zt_interop.departments.testing import COMPANY_CHANGES, grant
from zt_interop.keys.signing import StoredSigner
from zt_interop.suites import suite
from zt_tenants.clock import at, now
from zt_tenants.context import enter
from zt_tenants.errors import InvalidInput
from zt_tenants.uuid7 import uuid7

pytestmark = pytest.mark.req("Y-01", "Y-02", "Y-03")
FIRST, SECOND = "91340100MA2T000036", "91340100MA2T00006X"
DAY = datetime(2026, 3, 2, 0, tzinfo=UTC)
CSV = f"uscc,name,status,address\n{FIRST},皖江建设有限公司,存续,合肥市1号\n{SECOND},巢湖食品有限公司,注销,\n"
JSON = json.dumps(
    [
        {"uscc": FIRST, "name": "皖江建设有限公司", "status": "存续", "address": "合肥市1号"},
        {"uscc": SECOND, "name": "巢湖食品有限公司", "status": "注销"},
    ],
    ensure_ascii=False,
)
XML = (
    "<?xml version='1.0' encoding='{encoding}'?>\n<records>\n"
    f"<record><uscc>{FIRST}</uscc><name>皖江建设有限公司</name><status>存续</status><address>合肥市1号</address></record>\n"
    f"<record><uscc>{SECOND}</uscc><name>巢湖食品有限公司</name><status>注销</status></record>\n</records>\n"
)
TEXTS = {"csv": CSV, "json": JSON, "xml": XML}


@pytest.fixture
def drop(world, offices):
    """The city may ask the service whose records arrive as files."""
    offices.register(COMPANY_CHANGES)
    grant(world.city, COMPANY_CHANGES, "name", "status", "address")
    return Drop(offices)


class Drop:
    """The folder of the service, as the department and as the platform see it."""

    def __init__(self, offices) -> None:
        self.offices = offices
        self.service = DataService.objects.get(code=COMPANY_CHANGES)
        self.folders = Folders.of(self.service)

    def deliver(self, data: bytes | str = CSV, ending: str = "1.csv", records: int = 2, **more):
        content = data if isinstance(data, bytes) else data.encode(more.get("encoding", "utf-8"))
        return write_delivery(
            self.folders.incoming,
            {ending: (content, records)},
            service=COMPANY_CHANGES,
            signer=more.pop("signer", self.offices.signer),
            as_of=more.pop("as_of", DAY),
            **more,
        )

    def names(self) -> dict[str, str]:
        return {str(row.record["uscc"]): str(row.record["name"]) for row in DeliveredRecord.objects.all()}

    def report(self) -> dict:
        [path] = self.folders.quarantine.glob("*/report.json")
        assert "重新投递" in path.with_suffix(".txt").read_text()
        return json.loads(path.read_text())["problems"][0]

    def left(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.folders.root))
            for folder in (self.folders.incoming, self.folders.working)
            for path in folder.rglob("*")
        )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("format", ["csv", "json", "xml"])
def test_a_delivery_is_taken_and_answers_questions(world, drop, format, encoding) -> None:
    text = TEXTS[format].replace("{encoding}", encoding)
    delivery_id = drop.deliver(text, f"1.{format}", encoding=encoding)
    assert pick_up_all() == {"APPLIED": 1}
    with enter(world.city):
        call = ask(Question(COMPANY_CHANGES, {"uscc": FIRST}))
        assert call.answer == {"name": "皖江建设有限公司", "status": "存续", "address": "合肥市1号"}
        assert (call.verdict, call.answered_at, call.answer_wire) == ("存续", DAY, f"delivery:{delivery_id}")
        assert ask(Question(COMPANY_CHANGES, {"uscc": "91340100MA2T00009X"})).status == "NOT_FOUND"
    assert drop.left() == []
    assert [path.name for path in drop.folders.done.iterdir()] == [f"{delivery_id}.manifest"]


@pytest.mark.req("Y-11")
def test_what_was_delivered_lies_sealed_and_the_files_are_gone(drop) -> None:
    from django.db import connection

    drop.deliver()
    pick_up(drop.service)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(r)::text, '') FROM shared.interop_departments_deliveredrecord r")
        stored = cursor.fetchone()[0]
    assert "皖江" not in stored
    assert FIRST not in stored
    assert not list(drop.folders.root.rglob("*.csv"))


def test_a_byte_order_mark_is_no_part_of_the_first_field(drop) -> None:
    drop.deliver(b"\xef\xbb\xbf" + CSV.encode())
    assert pick_up(drop.service) == ["APPLIED"]
    assert drop.names()[FIRST] == "皖江建设有限公司"


def test_deliveries_may_come_in_any_order_the_newest_state_wins(drop) -> None:
    newer = CSV.replace("皖江建设有限公司", "皖江建设集团有限公司")
    drop.deliver(newer, as_of=DAY + timedelta(days=1))
    pick_up(drop.service)
    drop.deliver(CSV, as_of=DAY)
    assert pick_up(drop.service) == ["APPLIED"]
    assert drop.names()[FIRST] == "皖江建设集团有限公司"
    assert DeliveredRecord.objects.count() == 2


def test_a_second_delivery_of_the_same_manifest_changes_nothing(drop) -> None:
    delivery_id = drop.deliver()
    kept = {path.name: path.read_bytes() for path in drop.folders.incoming.iterdir()}
    pick_up(drop.service)
    before = list(DeliveredRecord.objects.order_by("id").values_list("id", "as_of", "delivery_id"))
    for again in (kept, {name: data for name, data in kept.items() if name.endswith(".manifest")}):
        for name, data in again.items():
            (drop.folders.incoming / name).write_bytes(data)
        assert pick_up(drop.service) == ["DUPLICATE"]
    assert list(DeliveredRecord.objects.order_by("id").values_list("id", "as_of", "delivery_id")) == before
    assert Delivery.objects.get(id=delivery_id).times == 3
    assert drop.left() == []


def test_an_id_that_another_delivery_used_is_refused(drop) -> None:
    delivery_id = drop.deliver()
    pick_up(drop.service)
    drop.deliver(CSV.replace("皖江", "淮河"), manifest_id=delivery_id)
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert drop.names()[FIRST] == "皖江建设有限公司"


def test_half_written_files_are_never_read(drop) -> None:
    delivery_id = drop.deliver()
    data = drop.folders.incoming / f"{delivery_id}-1.csv"
    whole = data.read_bytes()
    data.write_bytes(whole[:40])
    assert pick_up(drop.service) == ["WAITING"]
    data.rename(data.with_name(f".{data.name}.tmp"))
    assert pick_up(drop.service) == ["WAITING"]
    assert not DeliveredRecord.objects.exists()
    data.write_bytes(whole)
    assert pick_up(drop.service) == ["APPLIED"]


def test_a_truncated_file_is_quarantined_when_it_has_waited_long_enough(drop) -> None:
    delivery_id = drop.deliver()
    data = drop.folders.incoming / f"{delivery_id}-1.csv"
    data.write_bytes(data.read_bytes()[:40])
    with at(now() + timedelta(hours=2)):
        assert pick_up(drop.service) == ["QUARANTINED"]
    assert drop.report()["file"] == data.name
    assert drop.left() == []


@pytest.mark.parametrize("place", [0, 30, -5])
def test_one_flipped_bit_is_noticed(drop, place) -> None:
    delivery_id = drop.deliver()
    data = drop.folders.incoming / f"{delivery_id}-1.csv"
    content = bytearray(data.read_bytes())
    content[place] ^= 1
    data.write_bytes(bytes(content))
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert "摘要" in drop.report()["zh"]
    assert not DeliveredRecord.objects.exists()
    assert Delivery.objects.get().state == "QUARANTINED"


def test_a_manifest_that_was_altered_forged_or_misnamed_is_quarantined_with_its_files(drop) -> None:
    for make in (
        lambda: drop.deliver(
            signer=StoredSigner(drop.offices.signer.kid, "EdDSA", suite("EdDSA").generate().private_key)
        ),
        lambda: drop.deliver(signer=StoredSigner("department:else:x", "EdDSA", drop.offices.signer.private_key)),
    ):
        make()
        assert pick_up(drop.service) == ["QUARANTINED"]
    delivery_id = drop.deliver()
    manifest = drop.folders.incoming / f"{delivery_id}.manifest"
    wire = manifest.read_bytes()
    manifest.write_bytes(wire[:100] + (b"A" if wire[100:101] != b"A" else b"B") + wire[101:])
    assert pick_up(drop.service) == ["QUARANTINED"]
    (drop.folders.incoming / "hello.manifest").write_bytes(b"hello")
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert not Delivery.objects.exists()
    assert len(list(drop.folders.quarantine.glob("*/report.txt"))) == 4
    assert drop.left() == []


def test_a_manifest_for_another_service_or_too_old_is_refused(drop) -> None:
    delivery_id = drop.deliver()
    with at(now() + timedelta(days=8)):
        assert pick_up(drop.service) == ["QUARANTINED"]
    assert "SIGNATURE_EXPIRED" in drop.report()["en"]
    assert not Delivery.objects.filter(id=delivery_id).exists()


FAULTS = [
    ("1.csv", CSV.replace("存续", "良好"), 2, "status", 2),
    ("1.csv", CSV.replace(SECOND, "12"), 2, "uscc", 3),
    ("1.csv", CSV.replace(SECOND, FIRST), 2, "uscc", 3),
    ("1.csv", CSV.replace("address", "income"), 2, "income", 2),
    ("1.csv", CSV.replace(",注销,", ",注销"), 2, "", 3),
    ("1.csv", CSV.replace("uscc,name", "uscc,uscc"), 2, "", 1),
    ("1.csv", CSV + '"unclosed', 2, "", 4),
    ("1.csv", CSV, 3, "", None),
    ("1.csv", "", 0, "", 1),
    ("1.csv", CSV.replace("合肥市1号", "合\0肥"), 2, "", 2),
    ("1.csv", b"PK\x03\x04" + b"\0" * 100, 1, "", None),
    ("1.csv", CSV.encode("gb18030"), 2, "", 2),
    ("1.json", JSON.replace('"存续"', "7"), 2, "status", 1),
    ("1.json", JSON.replace('"存续"', "1.5"), 2, "", None),
    ("1.json", "[" * 100_000, 1, "", None),
    ("1.json", "{}", 0, "", None),
    ("1.json", "[1]", 1, "", 1),
    ("1.xml", XML.replace("</records>", ""), 2, "", None),
    ("1.xml", XML.replace("<records>", "<records a='1'>"), 2, "", 2),
    ("1.xml", XML.replace("<name>", "<name><b>").replace("</name>", "</b></name>"), 2, "", 3),
    ("1.xml", XML.replace("<status>存续", "<name>x</name><status>存续"), 2, "", 3),
    (
        "1.xml",
        '<!DOCTYPE records [<!ENTITY a "aaaa">]><records><record><name>&a;</name></record></records>',
        1,
        "",
        None,
    ),
    (
        "1.xml",
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><records><record><name>&x;</name></record></records>',
        1,
        "",
        None,
    ),
]


@pytest.mark.parametrize(
    ("ending", "data", "records", "field", "line"), FAULTS, ids=[str(n) for n in range(len(FAULTS))]
)
def test_a_bad_file_is_quarantined_with_the_place_in_its_report(drop, ending, data, records, field, line) -> None:
    drop.deliver(data, ending, records)
    assert pick_up(drop.service) == ["QUARANTINED"]
    report = drop.report()
    assert (report["field"], report["file"][-len(ending) :]) == (field, ending)
    assert report["line"] == line or (ending == "1.xml" and line is None)
    assert not DeliveredRecord.objects.exists()
    assert drop.left() == []


def test_an_unknown_encoding_is_named(drop) -> None:
    delivery_id = drop.deliver(CSV.encode(), encoding="big5hkscs")
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert "big5hkscs" in drop.report()["en"]
    assert Delivery.objects.get(id=delivery_id).problems[0]["file"].endswith("1.csv")


def test_a_corrected_delivery_is_taken_after_a_quarantined_one(drop) -> None:
    drop.deliver(CSV.replace("存续", "良好"))
    drop.deliver()
    assert sorted(pick_up(drop.service)) == ["APPLIED", "QUARANTINED"]
    assert len(drop.names()) == 2


def test_every_fault_of_a_file_is_reported_up_to_a_hundred(drop) -> None:
    rows = "".join(f"{number},甲,存续\n" for number in range(300))
    drop.deliver("uscc,name,status\n" + rows, records=300)
    pick_up(drop.service)
    [path] = drop.folders.quarantine.glob("*/report.json")
    assert len(json.loads(path.read_text())["problems"]) == 100


def test_huge_files_are_refused_by_their_listed_size_and_never_read(drop, monkeypatch) -> None:
    monkeypatch.setattr(picking, "MOST_FILE_BYTES", 50)
    read: list[Path] = []
    original = picking._bytes_of
    monkeypatch.setattr(picking, "_bytes_of", lambda path, most: read.append(path) or original(path, most))
    drop.deliver()
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert [path.suffix for path in read] == [".manifest"]


def test_too_many_records_are_refused(drop, monkeypatch) -> None:
    monkeypatch.setattr(formats, "MOST_RECORDS", 1)
    drop.deliver()
    assert pick_up(drop.service) == ["QUARANTINED"]
    assert "split" in drop.report()["en"]


def test_links_and_odd_files_are_not_followed(drop, tmp_path) -> None:
    delivery_id = drop.deliver()
    secret = tmp_path / "secret"
    secret.write_text(CSV)
    data = drop.folders.incoming / f"{delivery_id}-1.csv"
    data.unlink()
    data.symlink_to(secret)
    (drop.folders.incoming / "x.manifest").symlink_to(secret)
    os.mkfifo(drop.folders.incoming / "y.manifest")
    with at(now() + timedelta(hours=2)):
        assert set(pick_up(drop.service)) == {"QUARANTINED"}
    assert not DeliveredRecord.objects.exists()
    assert secret.read_text() == CSV


def test_the_folder_of_a_service_lies_under_the_drop(drop) -> None:
    drop.service.endpoint = "../elsewhere"
    with pytest.raises(InvalidInput):
        Folders.of(drop.service)


def test_one_process_at_a_time_picks_up(drop) -> None:
    drop.deliver()
    with picking._alone(drop.folders.root) as alone:
        assert alone
        assert pick_up(drop.service) == []
    assert pick_up(drop.service) == ["APPLIED"]


def test_folders_and_names_that_are_no_text_are_quarantined_and_hold_up_nobody(drop) -> None:
    """Whoever may write into the folder stops neither the other deliveries nor those of other departments."""
    (drop.folders.incoming / "a.manifest").mkdir()
    odd = os.fsencode(drop.folders.incoming) + b"/" + "变更.manifest".encode("gb18030")
    Path(os.fsdecode(odd)).write_bytes(b"hello")
    folder = drop.deliver()
    data = drop.folders.incoming / f"{folder}-1.csv"
    data.unlink()
    data.mkdir()
    drop.deliver()

    assert sorted(pick_up(drop.service)) == ["APPLIED", "QUARANTINED", "QUARANTINED", "QUARANTINED"]

    assert drop.names().keys() == {FIRST, SECOND}
    assert drop.left() == []
    reports = [json.loads(path.read_text())["problems"][0] for path in drop.folders.quarantine.glob("*/report.json")]
    assert sorted(problem["file"].split(".")[-1] for problem in reports) == ["csv", "manifest", "manifest"]


def test_a_folder_in_the_place_of_a_file_that_was_taken_before_is_cleared_away(drop) -> None:
    delivery_id = drop.deliver()
    manifest = drop.folders.incoming / f"{delivery_id}.manifest"
    wire = manifest.read_bytes()
    assert pick_up(drop.service) == ["APPLIED"]
    manifest.write_bytes(wire)
    (drop.folders.incoming / f"{delivery_id}-1.csv" / "more").mkdir(parents=True)

    assert pick_up(drop.service) == ["DUPLICATE"]
    assert drop.left() == []


def test_a_delivery_that_fails_unforeseen_is_tried_again_and_holds_up_no_other(drop, monkeypatch) -> None:
    first, second = drop.deliver(), drop.deliver(CSV.replace("合肥市1号", "合肥市2号"), as_of=DAY + timedelta(days=1))
    apply, tried = picking._apply, []

    def fails_once(service, manifest, wire, found) -> None:
        tried.append(manifest.id)
        if len(tried) == 1:
            raise OSError("the disk is full")
        apply(service, manifest, wire, found)

    monkeypatch.setattr(picking, "_apply", fails_once)
    assert pick_up_all() == {"FAILED": 1, "APPLIED": 1}
    assert pick_up_all() == {"APPLIED": 1}
    assert sorted(tried) == sorted([first, first, second])


def test_a_service_whose_folder_cannot_be_used_holds_up_no_other(drop) -> None:
    broken = DataService.objects.get(code=COMPANY_CHANGES)
    broken.pk, broken.code, broken.endpoint = uuid7(), "a.broken", "../elsewhere"
    broken.save(force_insert=True)
    drop.deliver()

    assert pick_up_all() == {"FAILED": 1, "APPLIED": 1}
    assert drop.names().keys() == {FIRST, SECOND}
