"""What is there: ``python count.py PLANS JOURNAL`` counts a site's records and prints what is lost and what is doubled.

Everything that people were told is held against the records of both centres; every stream's places against both logs; and
the product's own check compares cases, papers, numbers, index, messages and the supervision store.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

import django

django.setup()

from roads import FINAL, Plan  # noqa: E402

from zt_interop.log.models import BATCH_LOG_TYPE, UNAPPLIED, InboundStream, InboxMessage, MessageLogEntry  # noqa: E402
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage  # noqa: E402
from zt_platform.cases.models import Case, CaseEvent  # noqa: E402
from zt_platform.notices.models import Notice  # noqa: E402
from zt_platform.project.file_check import check_files  # noqa: E402
from zt_platform.project.ledger_check import check_ledgers  # noqa: E402
from zt_tenants.context import enter, outside_centres  # noqa: E402
from zt_tenants.models import Centre, Timer  # noqa: E402

STEPS = {
    "submit": "SUBMITTED",
    "pass": "PRE_REVIEWED",
    "accept": "ACCEPTED",
    "accept for": "ACCEPTED",
    "hand down": "HANDED_DOWN",
    "review": "REVIEWED",
    "seal": "COMPLETED",
    "deliver": "DELIVERED",
}
"""The line that an act leaves in the log of the case (a decision is APPROVED or REJECTED, by its result)."""


def count(plans: list[Plan], journal: Path) -> dict[str, object]:
    """Lost and doubled things by name, and how many cases, messages and notices there are."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
    found: dict[str, object] = {"lost": [], "doubled": []}
    lost, doubled = _cases(plans, lines)
    messages, message_lost, message_doubled = _streams()
    check = check_ledgers()
    with outside_centres():
        notices = Counter(Notice.objects.values_list("centre_code", "key", "account_id"))
        timers = Counter(Timer.objects.values_list("centre_id", "kind", "subject"))
        pending = OutboxMessage.objects.filter(state__in=PENDING).count()
    doubled += [f"notice {key}" for key, times in notices.items() if times > 1]
    doubled += [f"timer {key}" for key, times in timers.items() if times > 1]
    files = [f"file of {one.centre_code}: {one.file_name}" for one in check_files()]
    found.update(
        lost=lost + message_lost + files,
        doubled=doubled + message_doubled,
        differences=[f"{one.kind} {one.centre_code} {one.tracking_number} {one.en}" for one in check.differences],
        under_way=check.under_way,
        pending=pending,
        rows=check.cases,
        messages=messages,
        notices=sum(notices.values()),
        errors=dict(Counter(line["error"] for line in lines if "error" in line)),
    )
    return found


def _cases(plans: list[Plan], lines: list[dict[str, str]]) -> tuple[list[str], list[str]]:
    told: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        if "act" in line:
            told[line["key"]].append(line["act"])
    lost, doubled = [], []
    for plan in plans:
        with enter(plan.at):
            mine = list(Case.objects.filter(client_key=plan.key))
        if len(mine) != 1 or not mine[0].tracking_number:
            (lost if len(mine) < 2 else doubled).append(f"case {plan.key}: {len(mine)} rows")
            continue
        number = mine[0].tracking_number
        steps: Counter[tuple[str, str]] = Counter()
        for code in filter(None, (plan.at, plan.other)):
            with enter(code):
                rows = Case.objects.filter(tracking_number=number)
                if [row.status for row in rows] != [FINAL]:
                    lost.append(f"case {number} at {code}: {[row.status for row in rows]}")
                here = CaseEvent.objects.filter(case__tracking_number=number, centre_code=code)
                steps.update((code, step) for step in here.exclude(action="").values_list("step", flat=True))
        lost += [f"{number}: {act} was answered and is in no log" for act in told[plan.key] if _is_missing(act, steps)]
        doubled += [f"{number}: {step[1]} {times} times at {step[0]}" for step, times in steps.items() if times > 1]
    return lost, doubled


def _is_missing(act: str, steps: Counter[tuple[str, str]]) -> bool:
    return act in STEPS and not any(step == STEPS[act] for _, step in steps)


def _streams() -> tuple[int, list[str], list[str]]:
    """Every place of every stream between centres of this site: once in the sender's log, once in the receiver's."""
    lost, doubled, places = [], [], 0
    logged: dict[tuple[str, str, str, str], Counter[int]] = defaultdict(Counter)
    with outside_centres():
        centres = list(Centre.objects.open().here())
        streams = list(OutboundStream.objects.all())
    for centre in centres:
        with enter(centre):
            entries = MessageLogEntry.objects.exclude(type=BATCH_LOG_TYPE, channel="case")
            for direction, other, channel, first, last in entries.values_list(
                "direction", "counterpart_code", "channel", "first_sequence", "last_sequence"
            ):
                ends = (centre.code, other) if direction == "OUT" else (other, centre.code)
                logged[direction, *ends, channel].update(range(first, last + 1))
            heads = InboundStream.objects.values_list("source_code", "channel", "last_sequence")
            for source, channel, last in heads:
                logged["HEAD", source, centre.code, channel][last] = 1
            if waiting := InboxMessage.objects.filter(state__in=UNAPPLIED).count():
                lost.append(f"{waiting} messages wait at {centre.code}")
    for stream in streams:
        ends = (stream.source_code, stream.destination_code, stream.channel)
        due = range(1, stream.last_sequence + 1)
        places += stream.last_sequence
        for direction in ("OUT", "IN"):
            seen = logged[direction, *ends]
            lost += [f"{direction} {ends} {place}" for place in due if not seen[place]]
            doubled += [f"{direction} {ends} {place}" for place, times in seen.items() if times > 1]
        if stream.last_sequence and not logged["HEAD", *ends][stream.last_sequence]:
            lost.append(f"head of {ends}")
    return places, lost, doubled


if __name__ == "__main__":
    wanted = [Plan(**line) for line in json.loads(Path(sys.argv[1]).read_text())]
    print(json.dumps(count(wanted, Path(sys.argv[2]))))
