"""One column and its index, on a table of every centre."""

from django.db import migrations


class Migration(migrations.Migration):
    """Additive, usable while the release before runs."""

    dependencies = [("storage", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE storage_attachment ADD COLUMN bench_priority integer NOT NULL DEFAULT 0;"
            " CREATE INDEX bench_priority ON storage_attachment (bench_priority);",
            "ALTER TABLE storage_attachment DROP COLUMN bench_priority;",
        )
    ]
