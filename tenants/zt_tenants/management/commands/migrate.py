"""``migrate``: the shared schemas by Django, then every centre by schema steps; and the wall
around each."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connection

from zt_tenants import schema
from zt_tenants.errors import DomainError
from zt_tenants.models import Centre
from zt_tenants.rollout import RollOut, centres_behind, roll_out
from zt_tenants.wall import raising


class CentresLeftBehind(CommandError):
    """Some centres could not be brought up to date; the others were, and the site works for them."""


class Command(MigrateCommand):
    """Replaces Django's command: prepares the database, migrates what is shared, rolls the rest out to the centres."""

    stealth_options = (*MigrateCommand.stealth_options, "progress")

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's arguments and those of the roll-out."""
        super().add_arguments(parser)
        parser.add_argument("--jobs", type=int, default=2, help="how many centres at a time (default 2)")
        parser.add_argument("--canary", type=int, default=0, help="so many centres first; stop when one of them fails")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's migration of the shared apps, then record and roll out the tenant apps' steps.

        Raises:
            CentresLeftBehind: some centre could not be brought up to date; the others were.
            CommandError: a step cannot be rolled out at all.
        """
        if options.get("app_label") or options.get("check_unapplied"):
            super().handle(*args, **options)
        elif options.get("plan"):
            super().handle(*args, **options)
            self._print_plan()
        else:
            schema.prepare_database()
            with schema.one_roll_out_at_a_time():
                super().handle(*args, **options)
                raising.raise_around_shared()
                self._roll_out(options)

    def _roll_out(self, options: dict[str, Any]) -> None:
        try:
            made = schema.record_pending_steps()
        except DomainError as refused:
            raise CommandError(f"{refused.zh_text}\n{refused.en_text}") from refused
        result = roll_out(
            jobs=options["jobs"],
            canary=options["canary"],
            progress=options.get("progress") or (lambda code, total: None),
        )
        if options["verbosity"] >= 1:
            self.stdout.write(f"  schema steps: {len(made)} new; centres brought up to date: {len(result.done)}")
        unwalled = raising.raise_missing(jobs=options["jobs"])
        if result.failed:
            raise CentresLeftBehind(_report(result))
        if unwalled:
            lines = [f"  {code}: {words}" for code, words in unwalled.items()]
            head = (
                f"{len(unwalled)} 个中心的数据库角色未能建立。 {len(unwalled)} centre(s) without their database role."
            )
            raise CentresLeftBehind("\n".join([head, *lines]))

    def _print_plan(self) -> None:
        there = Centre._meta.db_table in connection.introspection.table_names()
        centres = Centre.objects.here() if there else Centre.objects.none()
        pending = schema.pending_migrations()
        behind = centres.count() if pending else centres_behind().count()
        self.stdout.write("Planned schema steps:")
        for migration in pending:
            self.stdout.write(f"  {migration.app_label}.{migration.name} ({schema.kind_of(migration).value})")
        if not pending:
            self.stdout.write("  none new")
        self.stdout.write(f"Centres to bring up to date: {behind} of {centres.count()}")


def _report(result: RollOut) -> str:
    lines = [f"  {code}: {words}" for code, words in result.failed.items()]
    head = f"{len(result.failed)} 个中心未能升级，其余 {len(result.done)} 个已升级。"
    head += f" {len(result.failed)} centre(s) could not be brought up to date; {len(result.done)} were."
    if result.stopped:
        why = {"canary": "先行中心失败，已停止", "exhausted": "数据库资源耗尽，已停止"}[result.stopped]
        head += f"\n{why}，其余 {result.left} 个未动。 Stopped ({result.stopped}); {result.left} left alone."
    return "\n".join([head, *lines])
