"""Codes that do not exist, said on the command line: one clear line in two languages, exit code 1, nothing made."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from zt_platform.project import cli
from zt_platform.project.cli import centre as centre_commands
from zt_platform.project.cli import province as province_commands
from zt_platform.project.cli.database import database
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre

pytestmark = pytest.mark.req("A-01")
WRONG = [
    (province_commands.province, ["load", "990000"], "UNKNOWN_PROVINCE", "990000"),
    (province_commands.province, ["load", "abc"], "UNKNOWN_PROVINCE", "abc"),
    (province_commands.province, ["load", "340000", "--only", "320100"], "UNKNOWN_DIVISION", "320100"),
    (province_commands.province, ["load", "340000", "--centre", "340199"], "UNKNOWN_DIVISION", "340199"),
    (centre_commands.centre, ["export", "990999", "never.zt"], "UNKNOWN_CENTRE", "990999"),
    (centre_commands.centre, ["rename", "990999", "--name", "甲"], "UNKNOWN_CENTRE", "990999"),
    (centre_commands.centre, ["abolish", "990999", "--successor", "340100"], "UNKNOWN_CENTRE", "990999"),
    (centre_commands.centre, ["remove-copy", "990999", "--yes"], "UNKNOWN_CENTRE", "990999"),
]


@pytest.mark.parametrize(("command", "arguments", "code", "named"), WRONG, ids=lambda value: str(value)[:40])
def test_a_code_that_does_not_exist_is_named_and_nothing_is_made(
    world, monkeypatch, tmp_path, command, arguments, code, named
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in (centre_commands, province_commands):
        monkeypatch.setattr(module, "platform_running", nullcontext)
    before = sorted(Centre.objects.values_list("code", "name"))
    answer = CliRunner().invoke(command, arguments)
    assert isinstance(answer.exception, DomainError), answer.output
    assert answer.exception.code == code
    assert named in answer.exception.zh_text
    assert named in answer.exception.en_text
    assert sorted(Centre.objects.values_list("code", "name")) == before
    assert list(tmp_path.iterdir()) == []


def test_the_console_script_says_it_in_one_line(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["zhengtong", "province", "load", "990000"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "没有行政区划代码为990000的省级区划" in said
    assert "Traceback" not in said


def test_what_prepares_a_server_holds_no_password() -> None:
    answer = CliRunner().invoke(database, ["prepare", "--owner", "gov", "--name", "gov_zt", "--password", "secret-7"])
    assert answer.exit_code == 0, answer.output
    assert 'CREATE DATABASE "gov_zt" OWNER "gov"' in answer.output
    assert "NOSUPERUSER CREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS" in answer.output
    assert "SCRAM-SHA-256$" in answer.output
    assert "secret-7" not in answer.output
