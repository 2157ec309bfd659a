"""``zhengtong up``, and the list of all commands."""

from __future__ import annotations

import click

from zt_platform.project.cli.calendar import calendar
from zt_platform.project.cli.centre import centre
from zt_platform.project.cli.console import say
from zt_platform.project.cli.database import database
from zt_platform.project.cli.demo import demo, simulate
from zt_platform.project.cli.department import department
from zt_platform.project.cli.federation import federation
from zt_platform.project.cli.files import files
from zt_platform.project.cli.keyring import keys, signer
from zt_platform.project.cli.ledger import ledger
from zt_platform.project.cli.messages import interop
from zt_platform.project.cli.migrate import migrate
from zt_platform.project.cli.proof import proof
from zt_platform.project.cli.province import province
from zt_platform.project.cli.runtime import migrate_and_go_on, prepare_storage, set_up_django
from zt_platform.project.cli.stack import Stack
from zt_platform.project.cli.timers import timers
from zt_platform.project.cli.year import simulate_year
from zt_platform.project.secrets import data_home


@click.command()
@click.option("--port", default=8000, show_default=True, help="网站端口(被占用时自动换) · port of the site")
@click.option("--workers", default=1, show_default=True, help="web 进程数 · web processes")
@click.option("--threads", default=6, show_default=True, help="每进程线程数 · threads a process")
def up(port: int, workers: int, threads: int) -> None:
    """启动网站并保持运行 · Serve the site until Ctrl-C."""
    with Stack(data_home(), port=port, workers=workers, threads=threads) as stack:
        set_up_django()
        migrate_and_go_on()
        prepare_storage()
        stack.start_departments()
        stack.start_site()
        say(f"网站已启动:[bold]{stack.url}[/bold] (Ctrl-C 停止)", "The site is up; Ctrl-C stops it.")
        stack.watch_until_interrupted()


COMMANDS: list[click.Command] = [
    up,
    demo,
    simulate,
    simulate_year,
    province,
    centre,
    calendar,
    keys,
    signer,
    interop,
    migrate,
    database,
    timers,
    proof,
    department,
    federation,
    ledger,
    files,
]
