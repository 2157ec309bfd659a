"""``zhengtong files``: what the store has lost is named, comes back where it can, and is taken from nobody else."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zt_platform.cases.testing import ENTRUSTED, Town, relay_all
from zt_platform.papers.commands import rendered
from zt_platform.papers.models import Paper
from zt_platform.project.cli import files as command
from zt_storage import objects
from zt_storage.errors import StorageUnavailable
from zt_storage.filetypes import TEXT
from zt_storage.models import Attachment
from zt_storage.uploads import put_bytes, read_bytes
from zt_tenants.context import enter
from zt_tenants.errors import UnknownCentre

pytestmark = pytest.mark.req("Y-11")


@pytest.fixture
def run(monkeypatch):
    objects.ensure_bucket()
    monkeypatch.setattr(command, "platform_running", nullcontext)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command.files, list(arguments))

    return invoke


def _wiped(centre, data: bytes) -> Attachment:
    with enter(centre):
        file = put_bytes(data=data, file_name="身份证.txt", content_type=TEXT)
        objects.remove(file.object_key)
        return file


def test_a_whole_store_is_said_to_be_whole(run, world) -> None:
    answer = run("check")
    assert answer.exit_code == 0
    assert "登记的文件都在存储里" in answer.output


def test_lost_files_are_named_with_their_centre_and_digest(run, world) -> None:
    lost, other = _wiped(world.city, b"city"), _wiped(world.county, b"county")
    answer = run("check")
    assert answer.exit_code == 1
    for centre, file in ((world.city, lost), (world.county, other)):
        assert f"{centre.code} 身份证.txt {file.size} {file.sha256}" in answer.output
    one = run("check", "--centre", world.county.code)
    assert other.sha256 in one.output
    assert lost.sha256 not in one.output
    assert isinstance(run("check", "--centre", "999999").exception, UnknownCentre)


def test_only_the_file_itself_is_put_back_and_only_at_its_centre(run, world, tmp_path: Path) -> None:
    lost = _wiped(world.city, b"city")
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_bytes(b"city")
    wrong.write_bytes(b"town")
    assert run("put-back", "--centre", world.county.code, str(right)).exit_code == 1
    refused = run("put-back", "--centre", world.city.code, str(wrong))
    assert refused.exit_code == 1
    assert "没有缺失的文件是这个内容" in refused.output
    assert run("check").exit_code == 1

    answer = run("put-back", "--centre", world.city.code, str(right))
    assert answer.exit_code == 0
    assert "已放回“身份证.txt”" in answer.output
    with enter(world.city):
        assert read_bytes(lost) == b"city"
    assert run("check").exit_code == 0


def test_papers_and_copies_come_back_by_themselves(run, town: Town) -> None:
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    with enter(town.city.centre):
        paper = Paper.objects.filter(subject=case.tracking_number).first()
        assert paper is not None
        drawn = rendered(paper)
        before = read_bytes(drawn)
        objects.remove(drawn.object_key)
    with enter(town.county.centre):
        copied = Attachment.objects.exclude(source_key="").first()
        assert copied is not None
        objects.remove(copied.object_key)

    named = run("check")
    assert (named.exit_code, named.output.count("missing")) == (1, 2)
    repaired = run("check", "--repair")
    assert repaired.exit_code == 0, repaired.output
    assert repaired.output.count("back") == 2
    with enter(town.city.centre):
        assert read_bytes(drawn) == before
    with enter(town.county.centre):
        assert len(read_bytes(copied)) == copied.size
    assert run("check").exit_code == 0


def test_a_paper_that_was_never_made_is_not_lost(run, town: Town) -> None:
    case = town.city.submitted(town.zhang)
    town.city.accept(case)
    with enter(town.city.centre):
        assert Paper.objects.filter(state="PENDING").exists()
    assert run("check").exit_code == 0


def test_a_store_that_does_not_answer_is_told_and_nothing_is_called_lost(run, world, settings) -> None:
    _wiped(world.city, b"city")
    settings.S3_ENDPOINT = "127.0.0.1:1"
    answer = run("check")
    assert isinstance(answer.exception, StorageUnavailable)
    assert "missing" not in answer.output
