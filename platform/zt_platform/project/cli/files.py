"""``zhengtong files``: which recorded files the store has lost, and putting them back."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markup import escape

from zt_platform.project.cli.console import fail, out, say
from zt_platform.project.cli.runtime import platform_running


@click.group()
def files() -> None:
    """文件存储 · The files of all centres."""


@files.command("check")
@click.option("--centre", "codes", multiple=True, metavar="CODE", help="只核对这些中心 · only these centres")
@click.option(
    "--repair", is_flag=True, help="能恢复的立即恢复 · bring back what can be: papers, copies of other centres"
)
def check(codes: tuple[str, ...], repair: bool) -> None:
    """核对登记的文件是否都在存储里 · Check that every recorded file is in the store; exit code 1 if not."""
    with platform_running():
        from zt_platform.project.file_check import check_files

        lost = check_files(codes, repair=repair)
    for one in lost:
        state = "[green]已恢复 back[/green]" if one.brought_back else "[red]缺失 missing[/red]"
        out.print(f"{state} {one.centre_code} {escape(one.file_name)} {one.size} {one.sha256}", soft_wrap=True)
    left = sum(not one.brought_back for one in lost)
    if left:
        fail(
            f"{left} 个文件不在存储里；用 zhengtong files put-back 恢复。",
            f"{left} files are not in the store; put them back with zhengtong files put-back.",
        )
        sys.exit(1)
    say("登记的文件都在存储里。", "Every recorded file is in the store.")


@files.command("put-back")
@click.option("--centre", "code", required=True, metavar="CODE", help="文件属于哪个中心 · whose files they are")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def put_back(code: str, paths: tuple[Path, ...]) -> None:
    """按摘要放回缺失的文件 · Put back lost files; only the very bytes that were recorded are taken."""
    taken = 0
    with platform_running():
        from zt_storage import missing
        from zt_tenants.context import enter

        with enter(code):
            for path in paths:
                back = missing.put_back(path.read_bytes())
                taken += bool(back)
                for file in back:
                    say(f"已放回“{escape(file.file_name)}”。", f"Put back {escape(file.file_name)}.")
                if not back:
                    fail(f"{path}：没有缺失的文件是这个内容。", f"{path}: no lost file has this content.")
    if taken < len(paths):
        sys.exit(1)
