"""The demo departments as processes of their own: started as ``zhengtong department demo``, asked, stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import override_settings

from zt_interop.departments.calls import Question, ask
from zt_interop.departments.demo.department import own_signer
from zt_interop.departments.demo.records import COMPANY_CHANGES, COMPANY_CHECK, IDENTITY_CHECK
from zt_interop.departments.file_drop.picking import pick_up_all
from zt_platform.project.departments import (
    DEPARTMENTS,
    deliver_changes,
    department_folder,
    prepare_folder,
    register_demo,
)
from zt_platform.project.simulation.cast import people
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-01", "Y-02", "Y-03")
COMMAND = "from zt_platform.project.cli import main; main()"


@contextmanager
def running(name: str, folder: Path) -> Iterator[str]:
    """A department's process; its address."""
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "-c", COMMAND, "department", "demo", name, "--folder", str(folder)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0
        process.stdout.close()


def test_both_departments_answer_and_deliver_without_the_platforms_database(world, tmp_path) -> None:
    folders = {name: prepare_folder(tmp_path, name) for name in DEPARTMENTS}
    with (
        running(DEPARTMENTS[0], folders[DEPARTMENTS[0]]) as police,
        running(DEPARTMENTS[1], folders[DEPARTMENTS[1]]) as market,
        override_settings(ZT_DEPARTMENT_ORIGINS=[police, market], ZT_FILE_DROP=tmp_path / "drop"),
    ):
        register_demo(tmp_path, dict(zip(DEPARTMENTS, (police, market), strict=True)))
        deliver_changes(tmp_path)
        assert pick_up_all() == {"APPLIED": 1}
        cast = {person.username: person for person in people()}
        with enter(world.county):
            verdicts = [
                ask(Question(IDENTITY_CHECK, {"name": one.full_name, "id_number": one.resident_id})).verdict
                for one in (cast["applicant01"], cast["applicant05"], cast["applicant07"])
            ]
            firm = cast["applicant03"]
            checked = ask(Question(COMPANY_CHECK, {"uscc": firm.uscc}))
            delivered = ask(Question(COMPANY_CHANGES, {"uscc": firm.uscc}))
    assert verdicts == ["MATCH", "DECEASED", "MISMATCH"]
    assert (checked.answer["name"], checked.answer["status"]) == (firm.firm, "存续")
    assert delivered.answer["name"] == firm.firm
    log = (department_folder(tmp_path, DEPARTMENTS[0]) / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["status"] for line in log] == ["FOUND"] * 3


def test_a_departments_key_is_made_once_and_readable_by_its_owner_only(world, tmp_path) -> None:
    folder = prepare_folder(tmp_path, DEPARTMENTS[0])
    first = own_signer(folder, DEPARTMENTS[0])
    assert own_signer(folder, DEPARTMENTS[0]) == first
    assert (folder / "key.json").stat().st_mode & 0o777 == 0o600


def test_registering_the_demo_again_changes_addresses_and_no_grants(world, tmp_path) -> None:
    from zt_interop.departments.models import DataService, Grant

    for name in DEPARTMENTS:
        prepare_folder(tmp_path, name)
    register_demo(tmp_path, dict.fromkeys(DEPARTMENTS, "http://127.0.0.1:1/exchange"))
    grants = set(Grant.objects.values_list("id", flat=True))
    register_demo(tmp_path, dict.fromkeys(DEPARTMENTS, "http://127.0.0.1:2/exchange"))
    assert set(Grant.objects.values_list("id", flat=True)) == grants
    assert len(grants) == 3 * len(world.all)
    assert DataService.objects.get(code=IDENTITY_CHECK).endpoint == "http://127.0.0.1:2/exchange"
