"""Bringing Django up behind a command: services first, then settings, then the schema."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape

from zt_platform.project.cli.console import counting, fail
from zt_platform.project.embedded.services import services
from zt_platform.project.secrets import data_home, load_secrets
from zt_tenants.wall.access import DatabaseRole


@contextmanager
def platform_running(role: DatabaseRole = DatabaseRole.OWNER) -> Iterator[None]:
    """Services (running ones, real ones, or embedded for the time of the block) and Django set up over them."""
    home = data_home()
    with services(home, secrets=load_secrets(home)):
        set_up_django(role)
        yield


def set_up_django(role: DatabaseRole = DatabaseRole.OWNER) -> None:
    """Load settings and apps; the environment must name the services by now.

    ``role`` is who the process is in the database outside centres. An operator at the command line is the owner, also in
    a worker's container, whose environment names the worker's role.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zt_platform.project.settings")
    os.environ["ZT_ROLE"] = role
    django.setup()


def migrate_all(*, quiet: bool = True, jobs: int = 2, canary: int = 0, plan: bool = False) -> None:
    """Migrate the shared schemas and roll schema steps out to every centre: Django's command ``migrate``.

    Raises:
        CommandError: a step could not be recorded, or some centre could not be brought up to date.
    """
    from django.core.management import call_command

    verbosity = 0 if quiet else 1
    if quiet or plan:
        call_command("migrate", verbosity=verbosity, interactive=False, jobs=jobs, canary=canary, plan=plan)
        return
    with counting("升级中心", "centres") as progress:
        call_command("migrate", verbosity=1, interactive=False, jobs=jobs, canary=canary, progress=progress)


def migrate_and_go_on() -> None:
    """:func:`migrate_all` for a site that is about to serve: centres that are left behind are told and do not stop it.

    They answer with the tables of the revision before; the health check and the province's feeds page show the drift.
    """
    from zt_tenants.management.commands.migrate import CentresLeftBehind

    try:
        migrate_all()
    except CentresLeftBehind as behind:
        fail(
            escape(str(behind)), "网站照常启动；修复后运行 zhengtong migrate。 The site starts; mend and migrate again."
        )


def prepare_storage() -> None:
    """Make the bucket if it is missing; waits for a server that has just started."""
    from zt_storage.objects import ensure_bucket

    ensure_bucket()
