"""Servers of a benchmark's own, with durable commits, in a folder that is gone afterwards."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_platform() -> Iterator[Path]:
    """Servers in a new folder, Django over them, the schema in place; all of it removed afterwards."""
    from zt_platform.project.embedded.services import EmbeddedServices
    from zt_platform.project.secrets import load_secrets

    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "S3_ENDPOINT"):
        os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix="zhengtong-bench-"))
    home.chmod(0o755)  # PostgreSQL runs as another user when this runs as root
    os.environ["ZT_HOME"] = str(home)
    services = EmbeddedServices(home, secrets=load_secrets(home))
    try:
        services.start()
        from zt_platform.project.cli.runtime import migrate_all, set_up_django

        set_up_django()
        logging.disable(logging.WARNING)
        migrate_all()
        yield home
    finally:
        services.stop()
        services.remove()
        shutil.rmtree(home, ignore_errors=True)
