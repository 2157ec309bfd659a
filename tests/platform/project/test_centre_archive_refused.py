"""Archives that are cut, altered, forged, newer or locked: refused, and nothing has changed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from archive_kit import WORDS, count_of_schemas, export_to, import_from, rows_of
from django.db import connection

from zt_platform.cases.testing import Town
from zt_platform.index.models import ApplicantCaseEntry
from zt_tenants import clock
from zt_tenants.archive import Place, inspect_archive
from zt_tenants.archive.errors import (
    ArchiveNewer,
    ArchiveNotRestorable,
    ArchivePassphrase,
    ArchiveUnreadable,
)
from zt_tenants.context import outside_centres
from zt_tenants.models import SchemaStep

pytestmark = pytest.mark.req("Y-01")


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
    good = export_to(county, tmp_path / "good.zt")
    before, schemas, entries = (
        rows_of(county.schema_name),
        count_of_schemas(),
        list(ApplicantCaseEntry.objects.values()),
    )
    for change, error in BAD:
        bad = _rewrite(good, tmp_path / "bad.zt", change=change)
        with pytest.raises(error):
            import_from(bad, place=Place(replace=True))
        assert (rows_of(county.schema_name), count_of_schemas()) == (before, schemas)
        assert list(ApplicantCaseEntry.objects.values()) == entries


def test_a_cut_or_altered_archive_is_refused(town: Town, tmp_path) -> None:
    for passphrase in (None, WORDS):
        whole = export_to(town.county.centre, tmp_path / "whole.zt", passphrase=passphrase).read_bytes()
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
    archive = export_to(county, tmp_path / "county.zt")
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
        restored = import_from(archive, place=Place(beside=True))
        assert (restored.steps_added, restored.centre.schema_ordinal) == (1, step.ordinal)
        with outside_centres(), connection.cursor() as cursor:
            cursor.execute(f'SELECT count(note_of_test) FROM "{restored.centre.schema_name}".organisation_department')
            assert cursor.fetchone()[0] == 2
    finally:
        step.delete()


def test_a_wrong_passphrase_says_so(town: Town, tmp_path) -> None:
    archive = export_to(town.county.centre, tmp_path / "county.zt", passphrase=WORDS)
    assert b"340123" not in archive.read_bytes()
    for passphrase in (None, "", "wrong"):
        with pytest.raises(ArchivePassphrase):
            inspect_archive(archive, passphrase=passphrase)
    assert inspect_archive(archive, passphrase=WORDS).centre.code == "340123"
