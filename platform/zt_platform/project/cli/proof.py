"""``zhengtong proof``: take the proof of a case out of a centre's log, and check one offline."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.markup import escape

from zt_interop.proof.bundle import read_bundle
from zt_interop.proof.report import Part, Report, Verdict
from zt_interop.proof.verify import verify
from zt_platform.project.cli.console import fail, out, say
from zt_platform.project.cli.runtime import platform_running


@click.group()
def proof() -> None:
    """办件证明：导出与离线核验 · Proof of a case: export, and verification offline."""


@proof.command("export")
@click.argument("tracking_number")
@click.option(
    "--centre", "code", default="", help="从哪个中心的日志(默认编号里的中心) · whose log; the number's own centre"
)
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), help="输出文件 · file to write")
@click.option("--redact", is_flag=True, help="略去报文内容，只留摘要 · leave contents out, keep digests")
@click.option("--with-attachments", is_flag=True, help="附上材料原件 · pack the attachments too")
def export(tracking_number: str, code: str, target: Path | None, redact: bool, with_attachments: bool) -> None:
    """导出办件 TRACKING_NUMBER 的证明包 · Write the proof bundle of a case."""
    with platform_running():
        from zt_platform.actors import Actor
        from zt_platform.cases.numbers import parse
        from zt_platform.cases.queries import proof_of_number
        from zt_tenants.context import enter

        parsed = parse(tracking_number)
        number = str(parsed)
        with enter(code or parsed.origin_code):
            content = proof_of_number(Actor.system(), number, redact=redact, with_files=with_attachments)
        path = target or Path(f"zt-proof-{number}.zip")
        path.write_bytes(content)
        say(f"已写入 {path}({len(content) / 1024:,.0f} KB)。", "The bundle was written.")


@proof.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--anchor", "anchors", multiple=True, metavar="KEY", help="信任的省级根密钥 · id or key of a trusted root"
)
@click.option("--json", "as_json", is_flag=True, help="机器可读 · machine-readable")
def verify_(file: Path, anchors: tuple[str, ...], as_json: bool) -> None:
    """离线核验 FILE：不需要数据库和网络 · Check FILE offline; exit code 1 when a link is broken."""
    with file.open("rb") as stream:
        report = verify(read_bundle(stream), anchors=anchors)
    broken = report.first_broken
    if as_json:
        sys.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        _describe(report)
        if broken is None:
            counts = f"{report.count(Part.DELIVERY)} 份报文、{report.count(Part.HEAD)} 个日志见证"
            say(f"属实：办件 {escape(report.subject)}，{counts}。", "Genuine: every link holds.")
        else:
            place = f"{escape(broken.place)} {escape(broken.zh)}"
            fail(f"不能采信。第一处断裂：{place}", f"Broken first at {broken.part}: {escape(broken.en)}")
    if broken is not None:
        sys.exit(1)


def _describe(report: Report) -> None:
    marks = {Verdict.HOLDS: "[green]✓[/green]", Verdict.NOTE: "[yellow]·[/yellow]", Verdict.BROKEN: "[red]✗[/red]"}
    for link in report.links:
        out.print(f"{marks[link.verdict]} {escape(link.place)}\n  {escape(link.zh)} {escape(link.en)}")
    anchored = "" if report.is_anchored else " (未指定 --anchor，请另行核对 compare it: no --anchor was named)"
    out.print(f"根密钥 root: {escape('、'.join(report.roots) or '-')}{anchored}")
