"""pytest plugin (``-p zt_platform.project.pytest_plugin``): the embedded services for one test run.

They start before Django reads its settings, once in the controlling process; xdist workers inherit the environment.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from zt_platform.project.embedded.services import EmbeddedServices
from zt_platform.project.secrets import load_secrets

_SUPERUSER = "ZT_SUPERUSER_OF_TESTS"
_running: list[tuple[EmbeddedServices, Path]] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Start the services, unless this is a worker or the environment names all of them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        home = Path(tempfile.mkdtemp(prefix="zhengtong-test-"))
        home.chmod(0o755)  # PostgreSQL runs as another user when the tests run as root
        os.environ["ZT_HOME"] = str(home)
        secrets = load_secrets(home)
        services = EmbeddedServices(home, secrets=secrets, for_tests=True)
        services.start()
        os.environ.setdefault("CACHE_URL", os.environ["CELERY_BROKER_URL"].rsplit("/", 1)[0] + "/1")
        user, password = services.superuser or ("", "")
        os.environ[_SUPERUSER] = json.dumps({"user": user, "password": password} if user else {})
        _running.append((services, home))
    return (yield)


def pytest_configure() -> None:
    """The world that is rolled back takes roles on, which only a superuser can; see ``ZT_WALL`` in the settings."""
    from django.conf import settings

    settings.ZT_SESSION_LOGIN = json.loads(os.environ[_SUPERUSER])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop what was started and delete its data."""
    while _running:
        services, home = _running.pop()
        services.stop()
        services.remove()
        shutil.rmtree(home, ignore_errors=True)
