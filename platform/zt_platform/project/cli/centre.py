"""``zhengtong centre``: archives of one centre, and changes of divisions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running

_PASSPHRASE = "ZT_ARCHIVE_PASSPHRASE"


@click.group()
def centre() -> None:
    """一个中心：备份与恢复、区划变更 · One centre: backup and restore, changes of divisions."""


def _passphrase(asked: bool, *, confirm: bool) -> str | None:
    """From the environment, else asked for at the terminal when encryption was chosen."""
    named = os.environ.get(_PASSPHRASE)
    if named or not asked:
        return named or None
    return str(click.prompt("口令 passphrase", hide_input=True, confirmation_prompt=confirm))


_encrypt = click.option(
    "--encrypt",
    is_flag=True,
    help=f"以口令加密(或用环境变量 {_PASSPHRASE}) · ask for a passphrase, or set {_PASSPHRASE}",
)
_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@centre.command("export")
@click.argument("code")
@_file
@click.option("--with-attachments", is_flag=True, help="连同附件内容 · also the attachments' bytes")
@_encrypt
def export(code: str, file: Path, with_attachments: bool, encrypt: bool) -> None:
    """把中心 CODE 备份到 FILE · Write all of centre CODE into FILE, at one instant, while work goes on."""
    passphrase = _passphrase(encrypt, confirm=True)
    with platform_running():
        from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects
        from zt_tenants.archive import export_centre
        from zt_tenants.centres import centre_with_code

        manifest = export_centre(
            centre_with_code(code),
            file,
            shared=SHARED_TABLES,
            objects=AttachmentObjects(),
            passphrase=passphrase,
            with_attachments=with_attachments,
        )
        _describe(manifest)
        say(f"已备份到 {file}({file.stat().st_size / 1024:,.0f} KB)。", "The archive was written.")


@centre.command("import")
@_file
@click.option("--beside", is_flag=True, help="并排恢复为一份只读副本 · as a closed copy beside the living centre")
@click.option(
    "--as-code", default="", metavar="CODE", help="副本的代码(默认 99 开头) · the copy's code; implies --beside"
)
@click.option("--replace", is_flag=True, help="以归档替换现有中心 · replace the living centre by the archive")
@click.option("--dry-run", is_flag=True, help="只核验，不写入 · only check the archive")
@click.option("--yes", is_flag=True, help="不再询问 · do not ask")
@_encrypt
def import_(file: Path, beside: bool, as_code: str, replace: bool, dry_run: bool, yes: bool, encrypt: bool) -> None:
    """从 FILE 恢复中心：全部成功，或什么都不写 · Restore a centre from FILE: all of it, or nothing."""
    beside = beside or bool(as_code)
    if beside and replace:
        raise click.UsageError("--beside 与 --replace 只能选一 · choose --beside or --replace")
    passphrase = _passphrase(encrypt, confirm=False)
    with platform_running():
        from zt_platform.project.archives import SHARED_TABLES, AttachmentObjects, catch_up
        from zt_tenants.archive import Place, import_centre, inspect_archive

        if dry_run:
            _describe(inspect_archive(file, passphrase=passphrase))
            say("归档完好，未写入任何数据。", "The archive is sound; nothing was written.")
            return
        if replace and not yes:
            click.confirm("现有中心的全部数据将被替换 · all its present data will be replaced", abort=True)
        done = import_centre(
            file,
            place=Place(beside=beside, code=as_code, replace=replace),
            shared=SHARED_TABLES,
            objects=AttachmentObjects(),
            passphrase=passphrase,
        )
        _describe(done.manifest)
        where = f"{done.centre.code} {done.centre.name} (/c/{done.centre.code}/)"
        catch_up(done.centre)
        say(f"已恢复 {done.rows:,} 行、{done.objects_written} 个附件：{where}", "Restored.")


def _describe(manifest: Any) -> None:
    rows = sum(part.rows for part in (*manifest.tables, *manifest.shared))
    out.print(f"{manifest.centre.code} {manifest.centre.name} · {manifest.made_at:%Y-%m-%d %H:%M} UTC")
    out.print(
        f"  {len(manifest.tables)} tables, {rows:,} rows, {manifest.attachments} attachments"
        f" ({manifest.attachment_bytes / 1024:,.0f} KB{', included' if manifest.attachments_included else ', listed'})"
    )


@centre.command("remove-copy")
@click.argument("code")
@click.option("--yes", is_flag=True, help="不再询问 · do not ask")
def remove(code: str, yes: bool) -> None:
    """删除恢复的副本(数据与数据库角色) · Remove a restored copy, its schema and its database role."""
    with platform_running():
        from zt_tenants.archive.copies import remove_copy

        if not yes:
            click.confirm(f"删除副本 {code}？ Remove the copy {code}?", abort=True)
        remove_copy(code)
        say(f"副本 {code} 已删除。", "The copy was removed.")


@centre.command("rename")
@click.argument("code")
@click.option("--name", required=True, help="新名称 · the new name")
@click.option("--short-name", default="", help="简称(默认去掉“政务服务中心”) · the short one")
def rename(code: str, name: str, short_name: str) -> None:
    """更名 · Give centre CODE another name."""
    with platform_running():
        from zt_platform.project.division_changes import rename_centre

        done = rename_centre(code, name=name, short_name=short_name)
        say(f"{done.code} 现名 {done.name}。", "Renamed.")


@centre.command("recode")
@click.argument("old")
@click.argument("new")
def recode(old: str, new: str) -> None:
    """变更代码，旧代码继续有效(须先停止网站) · Give centre OLD the code NEW; stop the site first."""
    with platform_running():
        from zt_platform.project.division_changes import recode_centre, require_site_at_rest

        require_site_at_rest()
        done = recode_centre(old, new)
        say(f"{done.name}:{old} → {done.code}，旧代码与旧链接继续有效。", "Recoded; the old code goes on answering.")


@centre.command("merge")
@click.argument("code")
@click.argument("into")
def merge(code: str, into: str) -> None:
    """合并:CODE 撤销，由 INTO 承接 · Merge CODE into INTO; its running cases finish where they are."""
    _abolish(code, (into,), ())


@centre.command("split")
@click.argument("code")
@click.option("--successor", "into", multiple=True, required=True, help="承接中心(可重复) · a successor, repeatable")
@click.option(
    "--child", "children", multiple=True, metavar="CHILD=SUCCESSOR", help="下级归属 · where a centre below goes"
)
def split(code: str, into: tuple[str, ...], children: tuple[str, ...]) -> None:
    """拆分:CODE 撤销，由几个中心承接 · Split CODE into several successors."""
    _abolish(code, into, children)


@centre.command("abolish")
@click.argument("code")
@click.option("--successor", "into", required=True, help="承接中心 · the successor")
def abolish(code: str, into: str) -> None:
    """撤销：不再受理新申请，在办件在原处办结 · Abolish CODE: no new applications, running cases finish."""
    _abolish(code, (into,), ())


def _abolish(code: str, into: tuple[str, ...], children: tuple[str, ...]) -> None:
    if not all(child.count("=") == 1 for child in children):
        raise click.UsageError("--child CHILD=SUCCESSOR")
    with platform_running():
        from zt_platform.project.division_changes import abolish_centre

        done = abolish_centre(code, into=into, children=dict(child.split("=") for child in children))
        say(
            f"{done.name}已撤销，由 {'、'.join(into)} 承接；在办件在原处办结。",
            "Abolished; running cases finish there.",
        )
