"""Taking the proof of a case, and checking one on the portal."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from browsers import Browsers
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from zt_interop.proof.bundle import read_bundle, write_bundle
from zt_interop.proof.heads import close_log
from zt_interop.proof.report import Part, Verdict
from zt_interop.proof.verify import verify
from zt_platform.cases.foreign_papers import foreign_papers_of
from zt_platform.cases.testing import ENTRUSTED, Town, relay_all
from zt_platform.cases.views.proof import CHECKS_BY_ADDRESS
from zt_platform.organisation.roles import Role
from zt_platform.project.cli import proof as proof_commands
from zt_platform.project.cli.proof import proof as command
from zt_tenants import clock
from zt_tenants.clock import now
from zt_tenants.context import enter

pytestmark = pytest.mark.req("Y-06", "R-11")


@pytest.fixture
def bundle(committed_town: Town, browsers: Browsers) -> bytes:
    """The applicant's proof of a case that went to the county."""
    town = committed_town
    case = town.city.submitted(browsers.actor("applicant"), ENTRUSTED)
    town.city.accept(case)
    relay_all()
    until = now() + timedelta(seconds=1)
    with clock.at(until + timedelta(hours=1)):
        with enter(town.city.centre):
            assert close_log(until=until) is not None
        relay_all()
        answer = browsers.applicant().get(f"/c/{town.city.centre.code}/mine/{case.tracking_number}/proof/")
    assert answer.status_code == 200
    assert f'filename="zt-proof-{case.tracking_number}.zip"' in answer.headers["Content-Disposition"]
    return answer.content


def _altered(bundle: bytes) -> bytes:
    proof = dict(read_bundle(bundle).proof)
    proof["deliveries"][0]["receipt"] = proof["deliveries"][1]["receipt"]
    target = io.BytesIO()
    write_bundle(proof, target)
    return target.getvalue()


def test_an_applicants_bundle_is_found_genuine(bundle: bytes, browsers: Browsers) -> None:
    answer = browsers.nobody().post("/proof/", {"bundle": SimpleUploadedFile("proof.zip", bundle)})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "属实：每一环都对得上" in page
    assert "断裂" not in page
    assert "张三丰" not in page


def test_an_altered_bundle_names_the_first_broken_link(bundle: bytes, browsers: Browsers) -> None:
    answer = browsers.nobody().post("/proof/", {"bundle": SimpleUploadedFile("proof.zip", _altered(bundle))})

    page = answer.content.decode()
    assert "不能采信：第一处断裂在这里" in page
    assert "delivery 1 (OUT " in page


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.4", b"{}"])
def test_what_is_no_bundle_is_said_beside_the_field(world, browsers: Browsers, content: bytes) -> None:
    answer = browsers.nobody().post("/proof/", {"bundle": SimpleUploadedFile("proof.zip", content)})

    assert answer.status_code == 422
    assert 'id="id_bundle"' in answer.content.decode()


def test_checking_is_limited(world, browsers: Browsers) -> None:
    for _ in range(CHECKS_BY_ADDRESS.limit):
        CHECKS_BY_ADDRESS.hit("127.0.0.1")
    answer = browsers.nobody().post("/proof/", {"bundle": SimpleUploadedFile("proof.zip", b"PK")})
    assert answer.status_code == 422 or answer.status_code == 429
    assert "分钟后再试" in answer.content.decode()


def test_strangers_and_neighbours_get_no_proof(town: Town, browsers: Browsers) -> None:
    case = town.city.submitted(browsers.actor("applicant"))
    mine = f"/c/{town.city.centre.code}/mine/{case.tracking_number}/proof/"
    bench = f"/c/{town.city.centre.code}/workbench/{case.pk}/proof/"

    assert browsers.applicant("outsider").get(mine).status_code == 404
    assert browsers.nobody().get(mine).status_code == 302
    assert browsers.staff(town.county, Role.WINDOW_CLERK).get(bench).status_code in (403, 404)
    neighbour = bench.replace(town.city.centre.code, town.county.centre.code)
    assert browsers.staff(town.county, Role.WINDOW_CLERK).get(neighbour).status_code == 404


def test_a_clerk_takes_the_proof_of_a_case(committed_town: Town, browsers: Browsers) -> None:
    town = committed_town
    case = town.city.submitted(town.zhang)
    bench = f"/c/{town.city.centre.code}/workbench/{case.pk}/"
    clerk = browsers.staff(town.city, Role.WINDOW_CLERK)
    assert clerk.get(f"{bench}proof/").status_code == 404, "nothing has left the centre yet"
    relay_all()

    answer = clerk.get(f"{bench}proof/")

    assert answer.status_code == 200
    assert f"{bench}proof/" in clerk.get(bench).content.decode()
    assert read_bundle(answer.content).proof["subject"] == case.tracking_number


@pytest.fixture
def with_papers(committed_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The proof of a case that was suspended and decided below, taken at the city on the command line, with its files."""
    town = committed_town
    case = town.city.submitted(town.zhang, ENTRUSTED)
    town.city.accept(case)
    relay_all()
    below = town.county.case(str(case.tracking_number))
    for act in (town.county.pause, town.county.resume, town.county.review, town.county.decide):
        act(below)
    relay_all()
    with enter(town.city.centre):
        papers = foreign_papers_of(town.city.fresh(case))
        assert {paper.kind for paper in papers} == {"PAUSE", "RESUMPTION", "CERTIFICATE", "GRANT"}
    monkeypatch.setattr(proof_commands, "platform_running", nullcontext)
    target = tmp_path / "proof.zip"
    done = CliRunner().invoke(
        command,
        ["export", str(case.tracking_number), "--with-attachments", "--out", str(target)],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    return target.read_bytes()


@pytest.mark.req("E-20")
def test_the_bundle_holds_the_other_centres_papers_and_a_signed_message_names_each(with_papers: bytes) -> None:
    bundle = read_bundle(with_papers)
    listed = {file["file_name"].split("-")[0]: file["sha256"] for file in bundle.proof["attachments"]}
    report = verify(bundle)
    assert report.first_broken is None
    for title in ("特别程序告知书", "恢复办理告知书", "准予行政许可决定书", "道路运输经营许可"):
        digest = next(sha256 for name, sha256 in listed.items() if name.startswith(title[:4]))
        assert digest in bundle.files
    verdicts = {link.place: link.verdict for link in report.links if link.part is Part.ATTACHMENT}
    assert {verdict for place, verdict in verdicts.items() if place.endswith("号.pdf")} == {Verdict.HOLDS}


@pytest.mark.req("E-20")
def test_a_foreign_paper_altered_in_the_bundle_is_found(with_papers: bytes) -> None:
    bundle = read_bundle(with_papers)
    pause = next(file for file in bundle.proof["attachments"] if file["file_name"].startswith("特别程序"))
    source, target = zipfile.ZipFile(io.BytesIO(with_papers)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as altered:
        for name in source.namelist():
            content = source.read(name)
            altered.writestr(name, content + b"%" if name.endswith(pause["sha256"]) else content)
    broken = verify(read_bundle(target.getvalue())).first_broken
    assert broken is not None
    assert (broken.part, broken.place) == (Part.ATTACHMENT, pause["file_name"])


def test_the_command_line_checks_offline(bundle: bytes, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(bundle)
    bad.write_bytes(_altered(bundle))

    held = CliRunner().invoke(command, ["verify", str(good)])
    broken = CliRunner().invoke(command, ["verify", str(bad), "--json"])

    assert held.exit_code == 0
    assert "属实" in held.output
    assert broken.exit_code == 1
    assert '"holds": false' in broken.output
    assert "delivery 1 (OUT " in broken.output
