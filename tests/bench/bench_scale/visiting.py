"""Processes that work in many centres: ``python -m bench_scale.visiting SHAPE CENTRES SECONDS SEED``.

Shapes: ``commands`` submits cases by the platform's commands, ``raw`` inserts the same rows by SQL alone, ``stay`` and
``switch`` read one row in the same centre and in another one each time, ``affine`` five times at each. ``weighted`` and
``weighted-commands`` read and submit in all centres, as often at each as it has cases. Prints what was done as JSON.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench_scale.memory import Memory, backends, memory_of
from bench_scale.store import WEIGHTS

ITEM: Final = "GG-GA-10"
"""居民身份证申领、换领、补领: offered by every centre but the province's."""
FORM: Final = {
    "application_kind": "first",
    "address": "桃花镇1号",
    "delivery": "window",
    "contact_phone": "13855512345",
}


@dataclass(frozen=True, slots=True)
class Visits:
    """What one process did, and what it and the server's processes hold afterwards (megabytes)."""

    done: int
    seconds: float
    own_pss: float
    backends: int
    backends_uss: float
    largest_backend_uss: float
    hit_rate: float

    @property
    def per_second(self) -> float:
        """Visits a second."""
        return self.done / self.seconds


def together(
    shape: str, centres: int, *, seconds: float, processes: int, environment: Mapping[str, str] | None = None
) -> list[Visits]:
    """Let so many processes work at the same time over so many random centres each.

    Raises:
        RuntimeError: one of them failed.
    """
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench_scale.visiting", shape, str(centres), str(seconds), str(seed)],
            env={**os.environ, "ZT_LOG_LEVEL": "ERROR", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(processes)
    ]
    found = []
    for process in running:
        out, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{shape}: {errors.strip()[-2000:]}")
        found.append(Visits(**json.loads(out.splitlines()[-1])))
    return found


def make_ready() -> None:
    """No centre asks for papers any more: what is measured is the case, not the upload."""
    from zt_platform.catalogue.models import Material
    from zt_tenants.context import enter
    from zt_tenants.models import Centre

    for centre in Centre.objects.here():
        with enter(centre):
            Material.objects.filter(version__item__code=ITEM).update(required=False)


class _Worker:
    def __init__(self, centres: int, seed: int) -> None:
        from zt_tenants.models import Centre

        self.seed = seed
        self.chance = random.Random(seed)
        offering = list(Centre.objects.here().exclude(level="PROVINCE").order_by("code"))
        self.centres = self.chance.sample(offering, min(centres, len(offering)))
        self.made = 0

    def round(self, shape: str, centres: list[Any]) -> list[Any]:
        """The centres to visit next, in their order."""
        if shape.startswith("weighted"):
            return self.chance.choices(centres, [WEIGHTS[centre.level] for centre in centres], k=100)
        self.chance.shuffle(centres)
        return [centre for centre in centres for _ in range(5 if shape == "affine" else 1)]

    def submit(self, centre: Any, account: Any) -> None:
        """One case, from the first click to the tracking number."""
        from zt_platform.accounts.queries import party_for
        from zt_platform.actors import Actor
        from zt_platform.cases.commands import start_application, submit_application
        from zt_tenants.context import enter

        self.made += 1
        key = f"bench-{os.getpid()}-{self.made}"
        actor = Actor.for_applicant(account)
        with enter(centre):
            case = start_application(actor=actor, item_code=ITEM, applicant=party_for(actor), form=FORM, client_key=key)
            submit_application(actor=actor, case_id=case.pk, submission_key=key)

    def commands(self) -> Callable[[Any], None]:
        """Submitting by the platform's commands, as an applicant of this process's own."""
        account = _applicant(self.seed)
        return lambda centre: self.submit(centre, account)

    def raw(self) -> Callable[[Any], None]:
        """The rows alone."""
        from raw_sql import RawSql

        account, first = _applicant(self.seed), self.centres[0]
        self.submit(first, account)
        rows = RawSql(first.schema_name, lambda: self.submit(first, account))
        return lambda centre: rows.insert(centre.schema_name, prefix=f"R{self.seed}-{os.getpid()}-")

    def read(self, centre: Any) -> None:
        """One row of the centre."""
        from zt_platform.organisation.models import CentreProfile
        from zt_tenants.context import enter

        with enter(centre):
            CentreProfile.objects.values_list("opens_at", flat=True).first()


def _applicant(seed: int) -> Any:
    from zt_platform.accounts.commands import register_account
    from zt_platform.accounts.models import Account
    from zt_platform.accounts.rules import resident_check_digit

    username = f"bench-applicant-{seed}"
    found = Account.objects.filter(username=username).first()
    if found is not None:
        return found
    number = f"3401231990030{712 + seed}3"[:17]
    return register_account(
        username=username,
        password="correct-horse-42",
        full_name="张三丰",
        phone=f"138555{seed:05d}",
        resident_id=number + resident_check_digit(number),
    )


def main() -> None:
    """Visit centres in random order until the time is over."""
    import django

    django.setup()
    from zt_tenants.backend.pool import pools

    shape, count, seconds, seed = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    worker = _Worker(count, seed)
    act = {"commands": worker.commands, "weighted-commands": worker.commands, "raw": worker.raw}.get(
        shape, lambda: worker.read
    )()
    order = worker.centres[:1] if shape == "stay" else list(worker.centres)
    act(worker.centres[0])  # what a process does once
    if shape != "raw":
        for centre in order:  # connections, caches and plans are those of a process that has worked for a while
            worker.read(centre)
    for one in pools():
        one.asked = one.opened = 0
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for centre in worker.round(shape, order):
            act(centre)
            done += 1
            if time.perf_counter() - began >= seconds:
                break
    print(json.dumps(asdict(_visits(done, time.perf_counter() - began))))


def _visits(done: int, seconds: float) -> Visits:
    from raw_sql import connect

    from zt_tenants.backend.pool import pools

    with connect() as control:
        held: Sequence[Memory] = [memory_of(pid) for pid in backends(control)]
    return Visits(
        done=done,
        seconds=seconds,
        own_pss=memory_of(os.getpid()).pss,
        backends=len(held),
        backends_uss=sum(one.uss for one in held),
        largest_backend_uss=max((one.uss for one in held), default=0.0),
        hit_rate=1 - sum(one.opened for one in pools()) / max(1, sum(one.asked for one in pools())),
    )


if __name__ == "__main__":
    main()
