"""Writes the schema file, or checks that it is the one the code makes."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import zt_graphql
from zt_graphql.schema import schema_text

SCHEMA_FILE = Path(zt_graphql.__file__).resolve().parents[1] / "schema.graphql"


class Command(BaseCommand):
    """``export_schema`` writes ``graphql/schema.graphql``; ``--check`` compares and exits 1 where it differs."""

    help = "Write graphql/schema.graphql, or check it with --check."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check``."""
        parser.add_argument("--check", action="store_true", help="compare instead of writing")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        """Write or compare."""
        wanted = schema_text()
        if not check:
            SCHEMA_FILE.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"wrote {SCHEMA_FILE}")
            return
        found = SCHEMA_FILE.read_text(encoding="utf-8") if SCHEMA_FILE.exists() else ""
        if found != wanted:
            diff = difflib.unified_diff(found.splitlines(), wanted.splitlines(), "committed", "made", lineterm="", n=1)
            raise CommandError(
                "graphql/schema.graphql is not what the code makes; run export_schema and commit it.\n"
                + "\n".join(list(diff)[:40])
            )
        self.stdout.write("graphql/schema.graphql is up to date")
