"""kill -9 at each step of picking up a delivery: nothing is lost, nothing is doubled, nothing stays behind."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest
from killed import run_task

from zt_interop.departments.file_drop.folders import Folders
from zt_interop.departments.file_drop.picking import pick_up_all
from zt_interop.departments.file_drop.writing import write_delivery
from zt_interop.departments.models import DataService, DeliveredRecord, Delivery
from zt_interop.departments.testing import COMPANY_CHANGES, offices_in

pytestmark = [pytest.mark.faults, pytest.mark.req("Y-01", "Y-03")]
PICK_UP = "zt_interop.tasks.pick_up_deliveries"
RECORDS = 40


def _content(first: int) -> bytes:
    rows = [f"91340100MA2T{number:05d}X,企业{number},存续" for number in range(first, first + RECORDS)]
    return "\n".join(["uscc,name,status", *rows, ""]).encode()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    ("crash_at", "records_then"),
    [
        ("drop_after_claim", 0),
        ("drop_after_first_file", 0),
        ("drop_in_transaction", 0),
        ("drop_after_commit", 2 * RECORDS),
    ],
)
def test_a_pick_up_killed_anywhere_is_finished_by_the_next(
    committed_world, tmp_path, crash_at, records_then, times
) -> None:
    with offices_in(tmp_path) as offices:
        offices.register(COMPANY_CHANGES)
        folders = Folders.of(DataService.objects.get())
        delivery_id = write_delivery(
            folders.incoming,
            {"1.csv": (_content(0), RECORDS), "2.csv": (_content(RECORDS), RECORDS)},
            service=COMPANY_CHANGES,
            signer=offices.signer,
            as_of=datetime(2026, 3, 2, tzinfo=UTC),
        )
        codes = [run_task(PICK_UP, crash_at, environment_too={"ZT_FILE_DROP": str(offices.drop)}) for _ in range(times)]
        assert codes[0] == -signal.SIGKILL
        killed_again = codes[-1] == -signal.SIGKILL  # a claim is made once: its successor goes past that point
        assert DeliveredRecord.objects.count() == (records_then if killed_again else 2 * RECORDS)

        pick_up_all()
        pick_up_all()

        assert DeliveredRecord.objects.count() == 2 * RECORDS
        delivery = Delivery.objects.get()
        assert (delivery.id, delivery.state, delivery.records) == (delivery_id, "APPLIED", 2 * RECORDS)
        assert not list(folders.working.iterdir())
        assert not list(folders.incoming.iterdir())
        assert not list(folders.quarantine.iterdir())
        assert len(list(folders.done.iterdir())) == 1
