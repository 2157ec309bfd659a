"""``zhengtong keys``: what an operator sees of the registry, renews, revokes, takes elsewhere."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from zt_interop import signed
from zt_interop.errors import KeyUnknown
from zt_interop.keys.models import KeyUsage, PrivateKey, PublicKey
from zt_platform.project.cli import keyring as command
from zt_tenants.clock import now
from zt_tenants.errors import UnknownCentre

pytestmark = pytest.mark.req("Y-04", "Y-11")


@pytest.fixture
def run(world, monkeypatch):
    monkeypatch.setattr(command, "platform_running", nullcontext)
    return lambda *arguments: CliRunner().invoke(command.keys, list(arguments))


def registry() -> list[dict]:
    return list(PublicKey.objects.order_by("kid").values())


def valid(code: str, usage: KeyUsage = KeyUsage.MESSAGE) -> PublicKey:
    return PublicKey.objects.valid_at(now()).filter(centre_code=code, usage=usage).latest("created_at")


def test_it_lists_every_key_whole_the_first_to_end_first(run) -> None:
    ending = valid("340123")
    PublicKey.objects.filter(kid=ending.kid).update(not_after=now() + timedelta(days=5, hours=1))
    lines = [line for line in run().output.splitlines() if "剩" in line]
    assert len(lines) == PublicKey.objects.count()
    assert ending.kid in lines[0]
    assert "剩 5 天" in lines[0]
    assert all(row["kid"] in run("list").output for row in registry())
    soon = run("list", "--ending", "60").output
    assert soon.count("剩") == 1
    assert run("list", "--centre", "340123").output.count("剩") == 2
    assert "没有这样的密钥" in run("list", "--centre", "999999").output


def test_a_centre_the_province_and_the_root_get_new_keys(run, world) -> None:
    before = {row["kid"] for row in registry()}
    one = run("rotate", "--centre", "340123", "--suite", "SM2-SM3", "--overlap", "7")
    assert one.exit_code == 0, one.output
    assert valid("340123").kid in one.output
    assert valid("340123").suite == "SM2-SM3"
    root = run("rotate", "--root")
    assert PublicKey.objects.filter(usage=KeyUsage.ROOT).latest("created_at").kid in root.output
    everybody = run("rotate", "--all")
    assert f"{len(world.all)}个中心已换发密钥" in everybody.output
    assert "--made-before" in everybody.output
    assert len({row["kid"] for row in registry()} - before) == 2 + 1 + 2 * len(world.all)


@pytest.mark.parametrize("chosen", [(), ("--root", "--all"), ("--centre", "340123", "--all")])
def test_it_wants_exactly_one_of_three(run, chosen) -> None:
    before = registry()
    assert run("rotate", *chosen).exit_code == 2
    assert registry() == before


def test_an_unknown_centre_or_key_changes_nothing(run) -> None:
    before = registry()
    assert isinstance(run("rotate", "--centre", "999999").exception, UnknownCentre)
    assert isinstance(run("revoke", "340123:nothing", "--reason", "x").exception, KeyUnknown)
    assert run("revoke", valid("340123").kid).exit_code == 2, "a reason is asked for"
    assert registry() == before


def test_a_key_is_revoked_and_replaced(run) -> None:
    old = valid("340123")
    done: Result = run("revoke", old.kid, "--reason", "私钥泄露", "--replace")
    assert done.exit_code == 0, done.output
    new = valid("340123")
    assert old.kid in done.output
    assert new.kid in done.output
    assert new.kid != old.kid
    assert not PrivateKey.objects.filter(kid=old.kid).exists()
    assert "已吊销" in run("list", "--centre", "340123").output


def test_a_root_is_replaced_before_it_is_revoked(run) -> None:
    old = PublicKey.objects.get(usage=KeyUsage.ROOT)
    assert run("revoke", old.kid, "--reason", "更换", "--replace").exit_code == 0
    assert PublicKey.objects.valid_at(now()).get(usage=KeyUsage.ROOT).kid != old.kid


def test_what_is_exported_is_taken_elsewhere_and_a_broken_line_is_named(run, tmp_path, settings) -> None:
    file = tmp_path / "keys.txt"
    assert run("export", "--file", str(file)).exit_code == 0
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) == PublicKey.objects.count()
    before = registry()
    root = PublicKey.objects.get(usage=KeyUsage.ROOT)
    PublicKey.objects.all().delete()
    settings.INTEROP_ROOT_KEYS = [signed.encode(bytes(root.public_key)).decode()]
    taken = run("import", str(file))
    assert taken.exit_code == 0, taken.output
    assert f"已导入密钥{len(lines)}个" in taken.output
    assert [row["kid"] for row in registry()] == [row["kid"] for row in before]
    before = registry()
    file.write_text("\n".join([lines[0], "no statement"]), "utf-8")
    broken = run("import", str(file))
    assert broken.exit_code == 1
    assert "第2行未导入" in broken.output
    assert registry() == before


def test_a_new_key_encryption_key_wraps_every_private_key(run, settings) -> None:
    assert run("rewrap").output.startswith("0个私钥")
    settings.ZT_KEYSTORE_KEYS = {"s1": os.urandom(32)}
    assert run("rewrap").output.startswith(f"{PrivateKey.objects.count()}个私钥")
    assert set(PrivateKey.objects.values_list("wrapping_key_id", flat=True)) == {"s1"}
