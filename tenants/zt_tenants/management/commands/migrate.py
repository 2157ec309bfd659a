"""``migrate``: the shared schemas by Django, then every centre by schema steps."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand

from zt_tenants import schema


class Command(MigrateCommand):
    """Replaces Django's command: prepares the database, migrates what is shared, rolls the rest out to the centres."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's migration of the shared apps, then record and roll out the tenant apps' steps.

        Raises:
            CommandError: some centre could not be brought up to date; the others were.
        """
        schema.prepare_database()
        super().handle(*args, **options)
        if options.get("app_label") or options.get("plan") or options.get("check_unapplied"):
            return
        made = schema.record_pending_steps()
        result = schema.roll_out()
        if options["verbosity"] >= 1:
            self.stdout.write(f"  schema steps: {len(made)} new; centres brought up to date: {len(result.done)}")
        if result.failed:
            lines = "\n".join(f"  {code}: {words}" for code, words in result.failed.items())
            raise CommandError(f"{len(result.failed)} centre(s) could not be brought up to date:\n{lines}")
