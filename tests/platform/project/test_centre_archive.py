"""Backup of one centre: what goes in comes out, beside the living centre or in place of a lost one, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import resource
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from zt_platform.cases.models import Case
from zt_platform.cases.testing import ENTRUSTED, MONDAY, OWN, Town, make_town
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry
from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects
from zt_platform.project.mount import CentreMountMiddleware
from zt_storage import objects
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes
from zt_tenants import clock, timers
from zt_tenants.archive import Place, Restored, export_centre, import_centre, inspect_archive
from zt_tenants.archive.errors import (
    ArchiveNewer,
    ArchiveNotRestorable,
    ArchiveNotWritten,
    ArchivePassphrase,
    ArchiveUnreadable,
    CentreLives,
    CodeTaken,
)
from zt_tenants.context import enter, outside_centres
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre, SchemaStep, Timer

pytestmark = pytest.mark.req("Y-01")
WORDS = "口令 passphrase 一二三"


def _rows(schema: str) -> dict[str, tuple[int, str]]:
    """Every table of a schema: how many rows, and a digest over all of them."""
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), md5(string_agg(r::text, E'\\n' ORDER BY r::text)) FROM \"{schema}\".{table} r"
            )
            found[table] = cursor.fetchone()
    return found


def _schemas() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'c\\_%%'")
        return cursor.fetchone()[0]


def _drop(schema: str) -> None:
    with outside_centres(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture
def town(committed_world) -> Iterator[Town]:
    """City and county with a case of its own and one on its way up; everything that was made besides goes away."""
    objects.ensure_bucket()
    before = set(Centre.objects.values_list("id", flat=True))
    with clock.at(MONDAY):
        town = make_town(committed_world.city, committed_world.county, committed_world.other_county)
        town.county.accept(town.county.submitted(town.zhang, OWN))
        town.county.submitted(town.zhang, ENTRUSTED)
        yield town
    for copy in Centre.objects.exclude(id__in=before):
        _drop(copy.schema_name)
        copy.delete()


def _export(centre: Centre, target: Path, **more) -> Path:
    export_centre(centre, target, shared=SHARED_TABLES, objects=AttachmentObjects(), **more)
    return target


def _import(source: Path, *, place: Place | None = None, **more) -> Restored:
    return import_centre(source, place=place or Place(), shared=SHARED_TABLES, objects=AttachmentObjects(), **more)


@pytest.mark.parametrize("passphrase", [None, WORDS])
def test_a_lost_centre_comes_back_whole(town: Town, tmp_path, passphrase) -> None:
    county = town.county.centre
    ItemIndexEntry.objects.create(
        centre_id=county.id, centre_code=county.code, centre_name=county.name, item_code=OWN, name="食品",
        name_en="Food", department_name="局", pinyin="shipin", initials="sp", kind="PROMISED", promised_days=7,
        statutory_days=20,
    )  # fmt: skip
    neighbour = _rows(town.city.centre.schema_name)
    before, entries = _rows(county.schema_name), list(ApplicantCaseEntry.objects.values())
    archive = _export(county, tmp_path / "county.zt", passphrase=passphrase)
    assert archive.stat().st_mode & 0o077 == 0
    assert zipfile.is_zipfile(archive) is (passphrase is None)
    _drop(county.schema_name)
    ItemIndexEntry.objects.all().delete()

    restored = _import(archive, passphrase=passphrase)

    assert restored.centre.id == county.id
    assert _rows(county.schema_name) == before
    assert _rows(town.city.centre.schema_name) == neighbour
    assert list(ApplicantCaseEntry.objects.values()) == entries
    assert ItemIndexEntry.objects.get().centre_code == county.code
    # Numbering goes on: the next case does not meet an old key, and the road goes on where it was.
    with enter(county):
        last = Case.objects.order_by("-id").first()
    assert last is not None
    assert town.county.submitted(town.zhang, OWN).pk > last.pk


def test_a_copy_beside_the_living_centre_is_closed_and_readable(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = _export(county, tmp_path / "county.zt")
    before = _rows(county.schema_name)
    town.county.submitted(town.zhang, OWN)
    now_there = _rows(county.schema_name)
    entries = ApplicantCaseEntry.objects.count()

    copy = _import(archive, place=Place(beside=True)).centre

    assert copy.code == "990001"
    assert (copy.id, copy.parent_id) != (county.id, None)
    assert copy.closed_on is not None
    assert _rows(copy.schema_name) == before
    assert _rows(county.schema_name) == now_there, "the living centre was touched"
    assert ApplicantCaseEntry.objects.count() == entries
    assert copy not in Centre.objects.open()
    mounted = CentreMountMiddleware(lambda request: HttpResponse(request.centre.code))
    assert mounted(RequestFactory().get("/c/990001/")).content == b"990001"
    assert mounted(RequestFactory().post("/c/990001/")).status_code == 404, "a copy takes nothing"
    with enter(copy):
        assert Case.objects.first().applicant  # the sealed party opens: it is bound to its column, not to the centre


def test_a_living_centre_is_not_overwritten_by_accident(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = _export(county, tmp_path / "county.zt")
    before = _rows(county.schema_name)
    town.county.submitted(town.zhang, OWN)
    changed = _rows(county.schema_name)
    with pytest.raises(CentreLives):
        _import(archive)
    assert _rows(county.schema_name) == changed
    _import(archive, place=Place(replace=True))
    assert _rows(county.schema_name) == before


def test_a_code_that_is_taken_is_refused(town: Town, tmp_path) -> None:
    archive = _export(town.county.centre, tmp_path / "county.zt")
    schemas = _schemas()
    with pytest.raises(CodeTaken):
        _import(archive, place=Place(beside=True, code=town.city.centre.code))
    with pytest.raises(DomainError, match="six or nine"):
        _import(archive, place=Place(beside=True, code="12"))
    assert _schemas() == schemas


def test_attachments_that_the_store_lost_come_back(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = _export(county, tmp_path / "county.zt", with_attachments=True, passphrase=WORDS)
    with enter(county):
        lost = Attachment.objects.filter(state="VERIFIED").first()
        data = read_bytes(lost)
        objects.remove(lost.object_key)
    restored = _import(archive, place=Place(replace=True), passphrase=WORDS)
    assert restored.objects_written == 1
    with enter(county):
        assert read_bytes(lost) == data


def test_the_archive_is_one_instant_while_work_goes_on(town: Town, tmp_path) -> None:
    """Work that commits while the archive is being written is not in it, in no table."""
    from concurrent.futures import ThreadPoolExecutor

    county = town.county.centre
    before = _rows(county.schema_name)
    worked = []

    def work_meanwhile(entry: str) -> None:
        if not worked:
            worked.append(entry)
            with ThreadPoolExecutor(1) as other:
                other.submit(_submit_in_thread, town).result()

    _export(county, tmp_path / "county.zt", progress=work_meanwhile)
    assert worked
    assert _rows(county.schema_name) != before
    copy = _import(tmp_path / "county.zt", place=Place(beside=True)).centre
    assert _rows(copy.schema_name) == before


def _submit_in_thread(town: Town) -> None:
    try:
        with clock.at(MONDAY):
            town.county.submitted(town.zhang, OWN)
    finally:
        connection.close()


def _rewrite(source: Path, target: Path, *, change) -> Path:
    """A copy of a plain archive with its entries (name → bytes) changed."""
    with zipfile.ZipFile(source) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target


def _changed_manifest(**fields):
    def change(entries: dict[str, bytes]) -> None:
        entries["manifest.json"] = json.dumps({**json.loads(entries["manifest.json"]), **fields}).encode()

    return change


def _row_added(entries: dict[str, bytes]) -> None:
    entries["tables/organisation_department"] += entries["tables/organisation_department"]


def _row_added_and_counted(entries: dict[str, bytes]) -> None:
    """A forged archive: digest and count agree, but two rows have the same key."""
    manifest = json.loads(entries["manifest.json"])
    _row_added(entries)
    for part in manifest["tables"]:
        if part["table"] == "organisation_department":
            data = entries["tables/organisation_department"]
            part.update(rows=part["rows"] * 2, sha256=hashlib.sha256(data).hexdigest())
    entries["manifest.json"] = json.dumps(manifest).encode()


def _neighbours_row(entries: dict[str, bytes]) -> None:
    """A forged archive that would write the neighbour's row into a shared table."""
    name = "index_applicantcaseentry"
    data = entries[f"shared/{name}"].replace(b"\t340123\t", b"\t340100\t")
    manifest = json.loads(entries["manifest.json"])
    next(part for part in manifest["shared"] if part["table"] == name)["sha256"] = hashlib.sha256(data).hexdigest()
    entries.update({f"shared/{name}": data, "manifest.json": json.dumps(manifest).encode()})


BAD = [
    (lambda entries: entries.pop("manifest.json"), ArchiveUnreadable),
    (lambda entries: entries.pop("tables/cases_case"), ArchiveUnreadable),
    (lambda entries: entries.update({"manifest.json": b"[1]"}), ArchiveUnreadable),
    (lambda entries: entries.update({"manifest.json": b"\xff{"}), ArchiveUnreadable),
    (_changed_manifest(kind="other"), ArchiveUnreadable),
    (_changed_manifest(format=2), ArchiveNewer),
    (_changed_manifest(centre={}), ArchiveUnreadable),
    (_changed_manifest(tables=[]), ArchiveUnreadable),
    (_row_added, ArchiveUnreadable),
    (_row_added_and_counted, ArchiveNotRestorable),
    (_neighbours_row, ArchiveUnreadable),
]


def test_a_bad_archive_changes_nothing(town: Town, tmp_path) -> None:
    county = town.county.centre
    good = _export(county, tmp_path / "good.zt")
    before, schemas, entries = _rows(county.schema_name), _schemas(), list(ApplicantCaseEntry.objects.values())
    for change, error in BAD:
        bad = _rewrite(good, tmp_path / "bad.zt", change=change)
        with pytest.raises(error):
            _import(bad, place=Place(replace=True))
        assert (_rows(county.schema_name), _schemas()) == (before, schemas)
        assert list(ApplicantCaseEntry.objects.values()) == entries


def test_a_cut_or_altered_archive_is_refused(town: Town, tmp_path) -> None:
    for passphrase in (None, WORDS):
        whole = _export(town.county.centre, tmp_path / "whole.zt", passphrase=passphrase).read_bytes()
        middle = len(whole) // 2
        altered = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for data in (b"", whole[:5], whole[:30], whole[:middle], whole[:-1], altered):
            (tmp_path / "bad.zt").write_bytes(data)
            with pytest.raises((ArchiveUnreadable, ArchivePassphrase)):
                inspect_archive(tmp_path / "bad.zt", passphrase=passphrase)
    with pytest.raises(ArchiveUnreadable, match="No such file"):
        inspect_archive(tmp_path / "nothing.zt")


def test_a_newer_schema_is_refused_and_an_older_one_brought_up(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = _export(county, tmp_path / "county.zt")
    newer = _rewrite(
        archive,
        tmp_path / "newer.zt",
        change=_changed_manifest(
            schema_ordinal=SchemaStep.objects.count() + 1,
            steps=[*(f"{s.app_label}.{s.name}" for s in SchemaStep.objects.all()), "cases.0099_future"],
        ),
    )
    with pytest.raises(ArchiveNewer, match="0099_future"):
        inspect_archive(newer)
    step = SchemaStep.objects.create(
        ordinal=SchemaStep.objects.count() + 1, app_label="cases", name="0098_test", made_at=clock.now(),
        sql="ALTER TABLE organisation_department ADD COLUMN note_of_test text DEFAULT 'x';",
    )  # fmt: skip
    try:
        restored = _import(archive, place=Place(beside=True))
        assert (restored.steps_added, restored.centre.schema_ordinal) == (1, step.ordinal)
        with outside_centres(), connection.cursor() as cursor:
            cursor.execute(f'SELECT count(note_of_test) FROM "{restored.centre.schema_name}".organisation_department')
            assert cursor.fetchone()[0] == 2
    finally:
        step.delete()


def test_a_wrong_passphrase_says_so(town: Town, tmp_path) -> None:
    archive = _export(town.county.centre, tmp_path / "county.zt", passphrase=WORDS)
    assert b"340123" not in archive.read_bytes()
    for passphrase in (None, "", "wrong"):
        with pytest.raises(ArchivePassphrase):
            inspect_archive(archive, passphrase=passphrase)
    assert inspect_archive(archive, passphrase=WORDS).centre.code == "340123"


def test_a_failed_export_leaves_no_file_and_spares_the_old_one(town: Town, tmp_path) -> None:
    county = town.county.centre
    with pytest.raises(ArchiveNotWritten):
        _export(county, tmp_path / "no-such-folder" / "county.zt")
    with pytest.raises(ArchiveNotWritten, match="File too large"), _little_room(1000):
        _export(county, tmp_path / "county.zt")
    assert list(tmp_path.iterdir()) == []
    target = _export(county, tmp_path / "county.zt")
    good = target.read_bytes()
    with enter(county):
        objects.remove(Attachment.objects.filter(state="VERIFIED").first().object_key)
    with pytest.raises(DomainError):
        _export(county, target, with_attachments=True)
    assert target.read_bytes() == good
    assert sorted(tmp_path.iterdir()) == [target]


@contextmanager
def _little_room(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes: stands in for a full disk, writing fails with an OSError either way."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_every_shared_table_with_a_centre_in_it_was_considered(town: Town) -> None:
    """A new shared table that names centres must be archived, or be named here with its reason."""
    apart = {
        "tenants_centre",  # its identity is in the manifest
        "tenants_formercode",  # in the manifest
        "interop_keys_publickey",  # signed by the province, lives on; keys are issued anew where they are lost
        "interop_queue_outboundstream",  # must never be set back
        "accounts_accountevent",  # tells of accounts, which are not in the archive
        "tenants_timerlane",  # who handles a centre's timers at this moment
        "interop_departments_grant",  # the province's to give; a restored centre asks under those that stand now
        "interop_departments_duecall",  # what is on its way to a department; would be asked again
        "notices_notice",  # would be sent again
        "tenants_schemaledgerentry",  # what roll-outs did in this deployment; an archive names its steps itself
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'shared'"
            " AND column_name IN ('centre_code', 'centre_id', 'source_code', 'schema_name')"
        )
        named = {row[0] for row in cursor.fetchall()}
    assert named - apart == {part.table for part in SHARED_TABLES}


@pytest.fixture
def timer_kind() -> Iterator[str]:
    timers.register("test.archived", print)
    yield "test.archived"
    timers.unregister("test.archived")


def _timers(centre: Centre) -> list[dict]:
    mine = Timer.objects.filter(centre_id=centre.id, kind="test.archived")  # cases set timers of their own
    return list(mine.order_by("subject").values())


def test_timers_go_with_their_centre(town: Town, tmp_path, timer_kind) -> None:
    county, city = town.county.centre, town.city.centre
    for centre in (county, city):
        with enter(centre):
            timers.schedule_many([timers.NewTimer(timer_kind, f"case-{n}", MONDAY, {"n": n}) for n in range(3)])
    before, neighbour = _timers(county), _timers(city)
    archive = _export(county, tmp_path / "county.zt")
    with enter(county):
        timers.cancel(subject="case-1")
        timers.schedule(kind=timer_kind, subject="case-9", due_at=MONDAY)
    _import(archive, place=Place(beside=True))
    assert len(_timers(county)) == 3, "a copy beside the living centre takes no timers"
    _import(archive, place=Place(replace=True))
    assert _timers(county) == before
    assert _timers(city) == neighbour
    assert Timer.objects.filter(kind=timer_kind).count() == 6


def test_an_archive_from_before_timers_leaves_the_living_ones(town: Town, tmp_path, timer_kind) -> None:
    county = town.county.centre
    archive = tmp_path / "county.zt"
    older = [part for part in SHARED_TABLES if not part.later]
    export_centre(county, archive, shared=older, objects=AttachmentObjects())
    with enter(county):
        timers.schedule(kind=timer_kind, subject="case-1", due_at=MONDAY)
    before = _timers(county)
    _import(archive, place=Place(replace=True))
    assert _timers(county) == before


def test_the_command_line_exports_checks_and_restores(town: Town, tmp_path, monkeypatch) -> None:
    from contextlib import nullcontext

    from click.testing import CliRunner

    from zt_platform.project.cli import centre as commands

    monkeypatch.setattr(commands, "platform_running", nullcontext)
    file = str(tmp_path / "county.zt")
    answers = SimpleNamespace(
        export=CliRunner().invoke(commands.centre, ["export", "340123", file], env={"ZT_ARCHIVE_PASSPHRASE": WORDS}),
        checked=CliRunner().invoke(commands.centre, ["import", file, "--dry-run", "--encrypt"], input=WORDS + "\n"),
        beside=CliRunner().invoke(
            commands.centre, ["import", file, "--as-code", "990123"], env={"ZT_ARCHIVE_PASSPHRASE": WORDS}
        ),
        both=CliRunner().invoke(commands.centre, ["import", file, "--beside", "--replace"]),
    )
    assert [answer.exit_code for answer in vars(answers).values()] == [0, 0, 0, 2], vars(answers)
    assert "归档完好" in answers.checked.output
    assert "/c/990123/" in answers.beside.output
