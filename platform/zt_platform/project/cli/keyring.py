"""``zhengtong keys``: the registry of signing keys."""

from __future__ import annotations

from datetime import datetime

import click
from rich.table import Table

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running


@click.command()
@click.option("--centre", "code", default="", help="只看一个中心 · only this centre")
@click.option("--rotate", is_flag=True, help="为该中心换发密钥(旧钥重叠有效) · issue a new key; the old one overlaps")
def keys(code: str, rotate: bool) -> None:
    """列出或更换各中心的签名密钥 · List the signing keys with their validity, or rotate one centre's."""
    if rotate and not code:
        raise click.UsageError("--rotate 需要 --centre · --rotate needs --centre")
    with platform_running():
        from zt_interop.keys.rotation import rotate_key
        from zt_tenants import clock
        from zt_tenants.centres import centre_by_code

        if code:
            centre = centre_by_code(code)
            if rotate:
                say(f"新密钥：{rotate_key(centre).kid}", "A new key was issued.")
        _print(code, clock.now())


def _print(code: str, moment: datetime) -> None:
    from zt_interop.keys.models import PublicKey

    rows = PublicKey.objects.filter(centre_code=code) if code else PublicKey.objects.all()
    table = Table("中心 centre", "用途 usage", "密钥 kid", "算法 suite", "有效至 valid until", "状态 state")
    for row in rows:
        days = (row.not_after - moment).days
        state = "已吊销 revoked" if row.revoked_at else f"剩 {days} 天 days" if days >= 0 else "已过期 expired"
        table.add_row(row.centre_code, row.usage, row.kid, row.suite, f"{row.not_after:%Y-%m-%d}", state)
    if not table.row_count:
        say("还没有密钥。先建立中心:zhengtong province load 340000", "No keys yet: load a province first.")
        return
    out.print(table)
