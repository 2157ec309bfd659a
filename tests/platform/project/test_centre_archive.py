"""Backup of one centre: what goes in comes out, beside the living centre or in place of a lost one, whole or not at all."""

from __future__ import annotations

import resource
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from archive_kit import WORDS, count_of_schemas, drop_schema, export_to, import_from, rows_of
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from zt_platform.cases.models import Case
from zt_platform.cases.testing import MONDAY, OWN, Town
from zt_platform.index.models import ApplicantCaseEntry, ItemIndexEntry
from zt_platform.project.archives import SHARED_TABLES
from zt_platform.project.mount import CentreMountMiddleware
from zt_storage import objects
from zt_storage.models import Attachment
from zt_storage.uploads import read_bytes
from zt_tenants import clock
from zt_tenants.archive import Place
from zt_tenants.archive.errors import (
    ArchiveNotWritten,
    CentreLives,
    CodeTaken,
)
from zt_tenants.context import enter
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("Y-01")


@pytest.mark.parametrize("passphrase", [None, WORDS])
def test_a_lost_centre_comes_back_whole(town: Town, tmp_path, passphrase) -> None:
    county = town.county.centre
    ItemIndexEntry.objects.create(
        centre_id=county.id, centre_code=county.code, centre_name=county.name, item_code=OWN, name="食品",
        name_en="Food", department_name="局", pinyin="shipin", initials="sp", kind="PROMISED", promised_days=7,
        statutory_days=20,
    )  # fmt: skip
    neighbour = rows_of(town.city.centre.schema_name)
    before, entries = rows_of(county.schema_name), list(ApplicantCaseEntry.objects.values())
    archive = export_to(county, tmp_path / "county.zt", passphrase=passphrase)
    assert archive.stat().st_mode & 0o077 == 0
    assert zipfile.is_zipfile(archive) is (passphrase is None)
    drop_schema(county.schema_name)
    ItemIndexEntry.objects.all().delete()

    restored = import_from(archive, passphrase=passphrase)

    assert restored.centre.id == county.id
    assert rows_of(county.schema_name) == before
    assert rows_of(town.city.centre.schema_name) == neighbour
    assert list(ApplicantCaseEntry.objects.values()) == entries
    assert ItemIndexEntry.objects.get().centre_code == county.code
    # Numbering goes on: the next case does not meet an old key, and the road goes on where it was.
    with enter(county):
        last = Case.objects.order_by("-id").first()
    assert last is not None
    assert town.county.submitted(town.zhang, OWN).pk > last.pk


def test_a_copy_beside_the_living_centre_is_closed_and_readable(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = export_to(county, tmp_path / "county.zt")
    before = rows_of(county.schema_name)
    town.county.submitted(town.zhang, OWN)
    now_there = rows_of(county.schema_name)
    entries = ApplicantCaseEntry.objects.count()

    copy = import_from(archive, place=Place(beside=True)).centre

    assert copy.code == "990001"
    assert (copy.id, copy.parent_id) != (county.id, None)
    assert copy.closed_on is not None
    assert rows_of(copy.schema_name) == before
    assert rows_of(county.schema_name) == now_there, "the living centre was touched"
    assert ApplicantCaseEntry.objects.count() == entries
    assert copy not in Centre.objects.open()
    mounted = CentreMountMiddleware(lambda request: HttpResponse(request.centre.code))
    assert mounted(RequestFactory().get("/c/990001/")).content == b"990001"
    assert mounted(RequestFactory().post("/c/990001/")).status_code == 404, "a copy takes nothing"
    with enter(copy):
        assert Case.objects.first().applicant  # the sealed party opens: it is bound to its column, not to the centre


def test_a_living_centre_is_not_overwritten_by_accident(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = export_to(county, tmp_path / "county.zt")
    before = rows_of(county.schema_name)
    town.county.submitted(town.zhang, OWN)
    changed = rows_of(county.schema_name)
    with pytest.raises(CentreLives):
        import_from(archive)
    assert rows_of(county.schema_name) == changed
    import_from(archive, place=Place(replace=True))
    assert rows_of(county.schema_name) == before


def test_a_code_that_is_taken_is_refused(town: Town, tmp_path) -> None:
    archive = export_to(town.county.centre, tmp_path / "county.zt")
    schemas = count_of_schemas()
    with pytest.raises(CodeTaken):
        import_from(archive, place=Place(beside=True, code=town.city.centre.code))
    with pytest.raises(DomainError, match="six or nine"):
        import_from(archive, place=Place(beside=True, code="12"))
    assert count_of_schemas() == schemas


def test_attachments_that_the_store_lost_come_back(town: Town, tmp_path) -> None:
    county = town.county.centre
    archive = export_to(county, tmp_path / "county.zt", with_attachments=True, passphrase=WORDS)
    with enter(county):
        lost = Attachment.objects.filter(state="VERIFIED").first()
        data = read_bytes(lost)
        objects.remove(lost.object_key)
    restored = import_from(archive, place=Place(replace=True), passphrase=WORDS)
    assert restored.objects_written == 1
    with enter(county):
        assert read_bytes(lost) == data


def test_the_archive_is_one_instant_while_work_goes_on(town: Town, tmp_path) -> None:
    """Work that commits while the archive is being written is not in it, in no table."""
    from concurrent.futures import ThreadPoolExecutor

    county = town.county.centre
    before = rows_of(county.schema_name)
    worked = []

    def work_meanwhile(entry: str) -> None:
        if not worked:
            worked.append(entry)
            with ThreadPoolExecutor(1) as other:
                other.submit(_submit_in_thread, town).result()

    export_to(county, tmp_path / "county.zt", progress=work_meanwhile)
    assert worked
    assert rows_of(county.schema_name) != before
    copy = import_from(tmp_path / "county.zt", place=Place(beside=True)).centre
    assert rows_of(copy.schema_name) == before


def _submit_in_thread(town: Town) -> None:
    try:
        with clock.at(MONDAY):
            town.county.submitted(town.zhang, OWN)
    finally:
        connection.close()


def test_a_failed_export_leaves_no_file_and_spares_the_old_one(town: Town, tmp_path) -> None:
    county = town.county.centre
    with pytest.raises(ArchiveNotWritten):
        export_to(county, tmp_path / "no-such-folder" / "county.zt")
    with pytest.raises(ArchiveNotWritten, match="File too large"), _little_room(1000):
        export_to(county, tmp_path / "county.zt")
    assert list(tmp_path.iterdir()) == []
    target = export_to(county, tmp_path / "county.zt")
    good = target.read_bytes()
    with enter(county):
        objects.remove(Attachment.objects.filter(state="VERIFIED").first().object_key)
    with pytest.raises(DomainError):
        export_to(county, target, with_attachments=True)
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
