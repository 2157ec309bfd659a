"""``zhengtong federation``: centres of one province in several deployments (docs/federation.md)."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.province import staff_password
from zt_platform.project.cli.runtime import migrate_all, platform_running, prepare_storage
from zt_platform.project.secrets import data_home

_file = click.Path(dir_okay=False, path_type=Path)
_site = click.option("--site", required=True, help="本部署的网址 · where the other side reaches this site (https://…)")
_into = click.option("--file", "file", type=_file, required=True, help="写入文件 · write to this file")


@click.group()
def federation() -> None:
    """异地部署：邀请、加入、接受 · Centres that run elsewhere: invite, join, accept."""


@federation.command("export-invitation")
@click.argument("codes", nargs=-1, required=True)
@_site
@_into
def export_invitation(codes: tuple[str, ...], site: str, file: Path) -> None:
    """省级:邀请异地部署运行中心 CODES · At the province: invite another deployment to run these centres."""
    with platform_running():
        from zt_platform.project.federation import invite

        file.write_text(invite(codes, site=site) + "\n")
        say("邀请已写入，请连同根密钥指纹一并告知对方(另行电话核对):", "The invitation was written. Root keys to pin:")
        _show_roots()


@federation.command("root-key")
def root_key() -> None:
    """省级：显示根密钥，供对方写入 INTEROP_ROOT_KEYS · At the province: show the root keys that others pin."""
    with platform_running():
        _show_roots()


def _show_roots() -> None:
    from zt_interop.keys.joining import pin_of
    from zt_interop.keys.models import KeyUsage, PublicKey
    from zt_tenants import clock

    for row in PublicKey.objects.valid_at(clock.now()).filter(usage=KeyUsage.ROOT).order_by("not_before"):
        out.print(pin_of(bytes(row.public_key)), soft_wrap=True)


@federation.command("join")
@click.argument("invitation", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_site
@_into
def join(invitation: Path, site: str, file: Path) -> None:
    """异地:按邀请建立中心并生成密钥申请 · Elsewhere: make the invited centres and a request for their keys."""
    with platform_running():
        migrate_all()
        prepare_storage()
        from zt_platform.project.federation import join as join_province

        joined = join_province(invitation.read_text(), site=site, password=staff_password(data_home()))
        file.write_text("\n".join(joined.requests) + "\n")
        say(f"已建立 {len(joined.centres)} 个中心，申请已写入。请电话告知省级以下指纹:", "Read this to the province:")
        out.print(joined.fingerprint, soft_wrap=True)


@federation.command("accept")
@click.argument("requests", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fingerprint", default="", help="对方电话告知的指纹 · as the other side has read it out")
@_into
def accept(requests: Path, fingerprint: str, file: Path) -> None:
    """省级：为异地中心的密钥背书 · At the province: vouch for the keys of centres elsewhere and send to them."""
    with platform_running():
        from zt_platform.project.federation import accept as accept_requests

        lines = accept_requests(requests.read_text().split(), fingerprint=fingerprint)
        file.write_text("\n".join(lines) + "\n")
        say("已接受。登记册已写入，请交回对方。", "Accepted. Hand the registry back.")


@federation.command("complete")
@click.argument("registry", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def complete(registry: Path) -> None:
    """异地:导入省级交回的登记册 · Elsewhere: take the province's registry in; the centres are ready."""
    with platform_running():
        from zt_platform.project.federation import complete as complete_joining

        report = complete_joining(registry.read_text().split())
        say(f"已导入 {report.keys} 个密钥，中心已就绪。", f"{report.keys} keys were taken; the centres are ready.")


@federation.command("renew")
@click.argument("codes", nargs=-1, required=True)
@_site
@_into
def renew(codes: tuple[str, ...], site: str, file: Path) -> None:
    """异地：生成新密钥与换发申请 · Elsewhere: make new keys and the request, signed by the present ones."""
    with platform_running():
        from zt_platform.project.federation import renew as renew_keys

        joined = renew_keys(codes, site=site)
        file.write_text("\n".join(joined.requests) + "\n")
        say("换发申请已写入，请交省级接受。", "The request was written; let the province accept it.")


@federation.command("check")
def check() -> None:
    """探测所有异地中心 · Ask every centre elsewhere for a signed answer; exit code 1 when one does not give it."""
    with platform_running():
        from zt_platform.project.federation import probe_all

        found = probe_all()
    table = Table("中心 centre", "地址 endpoint", "毫秒 ms", "证书至 certificate until", "状态 state")
    for each in found:
        until = f"{each.certificate_until:%Y-%m-%d}" if each.certificate_until else "-"
        state = each.problem or "正常 well"
        table.add_row(each.centre.code, each.centre.endpoint, str(each.milliseconds), until, state)
    out.print(table)
    if any(each.problem for each in found):
        sys.exit(1)
