"""A file of 2,000 MiB on its whole road: sent in parts with a break in the middle, checked on a copy, copied to a centre.

Run it by ``make large-files``. It starts servers of its own in a folder of its own and needs about 8 GB of disk. The sender
stands in for a browser: three parts at a time, each to its signed address; in the middle it is "closed" with parts under
way, and a new one goes on by what the store has. The checks run in a process of their own, as a worker's do. Printed: how
many parts were sent and how often, times, and the worker's highest memory before and after them.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

for room in ("bench", "storage"):
    sys.path.insert(0, str(Path(__file__).parents[1] / room))
from bench_servers import running_platform  # noqa: E402

from zt_platform.project.cli.runtime import set_up_django  # noqa: E402

MIB = 1024 * 1024


def highest_memory() -> float:
    """Of this process since the last :func:`forget_highest`, in MiB (Linux; ``ru_maxrss`` would be the parent's, too)."""
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def forget_highest() -> None:
    """Let the highest memory be the present one."""
    Path("/proc/self/clear_refs").write_text("5")


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Do it, and print how long it took."""
    started = time.perf_counter()
    found = act()
    print(f"| {what} | {time.perf_counter() - started:.1f} s |", flush=True)
    return found


class Sender:
    """A browser: sends what is missing, three parts at a time."""

    def __init__(self, file: Any, owner: Any) -> None:
        self.file = file
        self.owner = owner
        self.sent: Counter[int] = Counter()

    def send(self, *, at_most: int | None = None) -> Any:
        """Open the upload, or find it again, and send missing parts; how it stood at the beginning."""
        from large_files import opened

        upload = opened(self.file, self.owner)
        there = {one.number for one in upload.parts if one.arrived}
        missing = [number for number in range(1, upload.part_count + 1) if number not in there][:at_most]
        with ThreadPoolExecutor(3) as lanes:
            statuses = set(lanes.map(lambda number: self._one(upload, number), missing))
        assert statuses == {200}, statuses
        return upload

    def _one(self, upload: Any, number: int) -> int:
        from hashlib import sha256

        from django.db import connection
        from large_files import announced, put

        from zt_tenants.context import enter

        data = self.file.part(number, upload.part_bytes)
        self.sent[number] += 1
        with enter("340100"):
            [ticket] = announced(upload, self.owner, {number: sha256(data).hexdigest()})
        connection.close()
        return put(ticket, data)


def work(attachment_id: int, owner: UUID) -> None:
    """The worker's part, in a process of its own: check the file, then take it over in another centre."""
    set_up_django()
    from zt_storage.copies import copy_in, manifest
    from zt_storage.large_uploads import check_large
    from zt_storage.models import Attachment
    from zt_tenants.context import enter

    forget_highest()
    before = highest_memory()
    with enter("340100"):
        timed(
            "copied in the store; size, type, SHA-256 of the whole and of each part checked",
            lambda: check_large(attachment_id=attachment_id, owner_account_id=owner),
        )
        attachment = Attachment.objects.get(pk=attachment_id)
        [line] = manifest([attachment])
    with enter("340000"):
        copy = timed(
            "taken over by another centre: copied in the store, measured",
            lambda: copy_in(source_centre_code="340100", manifest=line),
        )
    after = highest_memory()
    assert attachment.sha256 == copy.sha256
    print(f"\nThe worker's highest memory: {before:.0f} MiB before, {after:.0f} MiB after both.", flush=True)


def run(size: int) -> None:
    """The road of one file."""
    from large_files import LargeFile

    from zt_storage import objects
    from zt_storage.large_uploads import UploadBeingChecked, settle_upload
    from zt_storage.uploads import confirm_upload
    from zt_tenants.context import enter
    from zt_tenants.models import Level
    from zt_tenants.provisioning import provision_centre

    province = provision_centre(code="340000", name="省政务服务中心", level=Level.PROVINCE, parent=None)
    city = provision_centre(code="340100", name="市政务服务中心", level=Level.CITY, parent=province)
    objects.ensure_bucket()
    sender, total = Sender(LargeFile(size), uuid4()), -(-size // (8 * MIB))
    print(f"| step ({size / MIB:,.0f} MiB in {total} parts) | time |\n|---|---:|")
    with enter(city):
        timed("first half sent, then the page is closed", lambda: sender.send(at_most=total // 2))
        upload = timed("opened again, the rest sent", sender.send)
        arrived, which = (
            sum(one.arrived for one in upload.parts),
            {"attachment_id": upload.attachment_id, "owner_account_id": sender.owner},
        )
        with contextlib.suppress(UploadBeingChecked):
            settle_upload(**which)
        worker = [sys.executable, __file__, "--check", str(upload.attachment_id), str(sender.owner)]
        subprocess.run(worker, check=True)
        attachment = confirm_upload(**which)
    assert attachment.size == size
    assert attachment.sha256 == sender.file.sha256(), "the bytes arrived changed"
    twice = sum(1 for times in sender.sent.values() if times > 1)
    print(
        f"Parts found when it was opened again: {arrived} of {total}; sent in all: {sender.sent.total()}, twice: {twice}."
    )


def main() -> None:
    """Run it and say on what."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mib", type=int, default=2_000, help="size of the file in MiB")
    options.add_argument("--check", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.check:
        work(int(chosen.check[0]), UUID(chosen.check[1]))
        return
    with running_platform():
        print(f"{platform.system()} · Python {platform.python_version()}\n")
        run(chosen.mib * MIB)


if __name__ == "__main__":
    main()
