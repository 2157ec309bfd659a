"""``zhengtong department``: the demo departments, and picking up what departments delivered."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import click

from zt_platform.project.cli.console import out, say
from zt_platform.project.cli.runtime import platform_running, set_up_django

_NAMES = click.Choice(["public-security", "market-supervision"])


@click.group()
def department() -> None:
    """部门数据服务：演示部门、前置机收件 · Departments' data services."""


@department.command("demo")
@click.argument("name", type=_NAMES)
@click.option("--folder", type=click.Path(file_okay=False, exists=True, path_type=Path), required=True)
@click.option("--port", default=0, show_default=True, help="只监听本机，0为自动 · loopback only; 0 chooses one")
def demo_department(name: str, folder: Path, port: int) -> None:
    """运行一个演示部门的接口服务 · Answer questions as a demo department, from records.json in its folder.

    The folder also holds its own key (made at the first start) and registry.json, the keys it believes.
    """
    set_up_django()  # settings only: a department uses none of the platform's servers
    from zt_interop.departments.demo.department import Department, TrustedConsumers, own_signer
    from zt_interop.departments.demo.records import services_of
    from zt_interop.departments.demo.registration import registry_file
    from zt_interop.departments.demo.server import DepartmentServer

    records = json.loads((folder / "records.json").read_text())
    answering = Department(
        own_signer(folder, name),
        TrustedConsumers(registry_file(folder)),
        services_of(name, records),
        log=folder / "log.jsonl",
    )
    server = DepartmentServer(answering, port=port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    out.print(server.endpoint, soft_wrap=True)
    server.serve_forever(poll_interval=0.2)
    server.server_close()


@department.command("pick-up")
def pick_up() -> None:
    """立即收取前置机文件 · Pick up what departments left in their folders."""
    with platform_running():
        from zt_interop.departments.file_drop.picking import pick_up_all

        counts = pick_up_all()
        words = "、".join(f"{outcome} {number}" for outcome, number in sorted(counts.items()))
        say(f"收取结果：{words or '没有新的投递'}", f"{sum(counts.values())} deliveries were looked at.")
