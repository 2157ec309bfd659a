"""``zhengtong keys`` and ``zhengtong signer``: the registry of keys, and the process that may hold the private ones."""

from __future__ import annotations

import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import click
from rich.table import Table

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running
from zt_tenants.wall.access import DatabaseRole

REWRAP_GROUP = 200

_suite_option = click.option(
    "--suite", "suite_name", default="", help="改用该套件：EdDSA 或 SM2-SM3 · change to this suite (default: keep)"
)
_overlap_option = click.option(
    "--overlap", default=30, show_default=True, help="旧钥继续有效的天数 · days the old keys go on verifying"
)


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """密钥登记册：列出、换发、吊销、导出、导入 · The registry of keys: list, rotate, revoke, export, import."""
    if context.invoked_subcommand is None:
        context.invoke(list_keys)


@keys.command("list")
@click.option("--centre", "code", default="", help="只看一个中心 · only this centre")
@click.option("--ending", "days", type=int, help="只看这些天内到期的 · only those that end within so many days")
def list_keys(code: str = "", days: int | None = None) -> None:
    """列出密钥及其有效期 · List the keys with their validity, the first to end first."""
    with platform_running():
        from zt_interop.keys.models import PublicKey
        from zt_tenants import clock

        rows = PublicKey.objects.order_by("not_after", "centre_code", "usage")
        if code:
            rows = rows.filter(centre_code=code)
        if days is not None:
            rows = rows.filter(revoked_at__isnull=True, not_after__lte=clock.now() + timedelta(days=days))
        table = Table("中心 centre", "用途 usage", "密钥 kid", "套件 suite", "有效至 valid until", "状态 state")
        for row in rows:
            state = _state(row.revoked_at, row.not_after, clock.now())
            table.add_row(row.centre_code, row.usage, row.kid, row.suite, f"{row.not_after:%Y-%m-%d}", state)
        if not table.row_count:
            say(
                "没有这样的密钥。建立中心：zhengtong province load 340000",
                "No such keys; load a province to make some.",
            )
            return
        out.print(table)


def _state(revoked_at: datetime | None, not_after: datetime, moment: datetime) -> str:
    if revoked_at:
        return "已吊销 revoked"
    days = (not_after - moment).days
    return f"剩 {days} 天 days" if days >= 0 else "已过期 expired"


@keys.command()
@click.option("--centre", "code", default="", help="一个中心 · one centre")
@click.option("--all", "everybody", is_flag=True, help="本部署的全部中心 · every centre of this deployment")
@click.option("--root", is_flag=True, help="省级根密钥，并重签登记册 · the root key; the registry is signed afresh")
@click.option(
    "--made-before",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"]),
    help="接着做：此刻之后已换发的中心不再换 · go on: centres with keys made since then are left alone",
)
@_overlap_option
@_suite_option
def rotate(code: str, everybody: bool, root: bool, made_before: datetime | None, overlap: int, suite_name: str) -> None:
    """换发密钥，旧钥重叠有效 · Issue new keys; the old ones go on for the overlap."""
    if sum([bool(code), everybody, root]) != 1:
        raise click.UsageError("请选 --centre、--all 或 --root 之一 · choose one of --centre, --all, --root")
    with platform_running():
        from zt_interop.keys import rotation
        from zt_tenants import clock
        from zt_tenants.centres import centre_by_code

        kept = timedelta(days=overlap)
        if root:
            say(
                f"新的根密钥：{rotation.rotate_root(suite_name=suite_name).kid}",
                "A new root key; the registry is re-signed.",
            )
        elif code:
            for key in rotation.rotate_keys([centre_by_code(code)], overlap=kept, suite_name=suite_name):
                say(f"新密钥：{key.kid}（{key.get_usage_display()}）", f"A new {key.usage} key.")
        else:
            since = (made_before or clock.now()).astimezone(clock.CHINA)
            say(
                f"若中断，接着做：--made-before {since:%Y-%m-%dT%H:%M:%S%z}",
                "If this is interrupted, go on with that option.",
            )
            done = rotation.rotate_province(made_before=since, overlap=kept, suite_name=suite_name)
            say(f"{done}个中心已换发密钥。", f"{done} centres have new keys.")


@keys.command()
@click.argument("kid")
@click.option("--reason", required=True, help="理由，写入签名的吊销声明 · stands in the signed revocation")
@click.option("--replace", is_flag=True, help="随即换发新密钥 · issue new keys at once")
def revoke(kid: str, reason: str, replace: bool) -> None:
    """立即吊销一个密钥，不可撤回 · Revoke a key at once; there is no way back."""
    with platform_running():
        from zt_interop.keys.commands import revoke_key
        from zt_interop.keys.models import KeyUsage
        from zt_interop.keys.rotation import rotate_keys, rotate_root
        from zt_tenants.models import Centre

        if replace and _is_root(kid):
            rotate_root()  # first: the revocation must be signed by a root that is still believed
        row = revoke_key(kid, reason=reason)
        say(f"已吊销：{row.kid}", "Revoked.")
        if replace and row.usage != KeyUsage.ROOT:
            [key] = rotate_keys([Centre.objects.get(id=row.centre_id)], usages=[KeyUsage(row.usage)])
            say(f"新密钥：{key.kid}", "A new key was issued.")


def _is_root(kid: str) -> bool:
    from zt_interop.keys.models import KeyUsage, PublicKey

    return PublicKey.objects.filter(kid=kid, usage=KeyUsage.ROOT).exists()


@keys.command("export")
@click.option("--file", "sink", type=click.File("w"), default="-", help="写入文件 · write to this file")
def export_keys(sink: TextIO) -> None:
    """导出公钥声明与吊销声明，供外部部署导入 · Write statements and revocations for a deployment elsewhere."""
    with platform_running():
        from zt_interop.keys.exchange import export_lines

        for line in export_lines():
            sink.write(line + "\n")


@keys.command("import")
@click.argument("source", type=click.File("r"))
def import_keys(source: TextIO) -> None:
    """导入另一部署的登记册；根密钥须先写入 INTEROP_ROOT_KEYS · Take another deployment's registry; roots must be pinned."""
    with platform_running():
        from zt_interop.keys.exchange import import_lines
        from zt_tenants import clock

        report = import_lines(source, at=clock.now())
        for number, reason in report.refused:
            say(f"第{number}行未导入：{reason}", f"Line {number} was not taken.")
        say(
            f"已导入密钥{report.keys}个、吊销{report.revocations}个。",
            f"{report.keys} keys and {report.revocations} revocations were taken.",
        )
    if report.refused:
        sys.exit(1)


@keys.command()
def rewrap() -> None:
    """更换密钥加密密钥后，把所有私钥改由新密钥封装 · After a new key-encryption key: wrap every private key with it."""
    with platform_running():
        from zt_interop.keys.holder import holder

        done = 0
        while wrapped := holder().rewrap(REWRAP_GROUP):
            done += wrapped
        say(f"{done}个私钥已改由新密钥封装。", f"{done} private keys are now wrapped by the newest key.")


@click.command()
@click.option(
    "--socket", "path", type=click.Path(path_type=Path), required=True, help="Unix 套接字 · the socket to make"
)
@click.option(
    "--user", "users", type=int, multiple=True, help="另许可的用户编号 · a user id that may ask, besides our own"
)
def signer(path: Path, users: tuple[int, ...]) -> None:
    """运行签名服务：私钥只在此进程内使用 · Hold the private keys here, so that no web or worker process does."""
    with platform_running(DatabaseRole.SIGNER):
        from zt_interop.keys.signer_process import SignerProcess

        process = SignerProcess(path, users=users)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: process.stop())
        say(f"签名服务已启动：{path}", "The signer listens.")
        process.serve()
