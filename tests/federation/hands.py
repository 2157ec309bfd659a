"""The people at one site: a process over that site's servers that does one act a line, by the product's own commands.

Reads ``{"act": …, …}`` from standard input and writes ``{"result": …}``; messages are carried by the site's own worker.
"""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from typing import Any

import django

django.setup()

from zt_interop.log.models import BATCH_LOG_TYPE, UNAPPLIED, InboundStream, InboxMessage, InboxState, MessageLogEntry  # noqa: E402
from zt_interop.queue.models import PENDING, OutboundStream, OutboxMessage  # noqa: E402
from zt_platform.cases import commands  # noqa: E402
from zt_platform.cases.foreign_papers import foreign_papers_of  # noqa: E402
from zt_platform.cases.models import Case, CaseEvent, CaseMaterial  # noqa: E402
from zt_platform.cases.vocabulary import Result  # noqa: E402
from zt_platform.catalogue.queries import item_version  # noqa: E402
from zt_platform.papers.models import Paper  # noqa: E402
from zt_platform.project.simulation.cast import people  # noqa: E402
from zt_platform.project.simulation.papers import paper  # noqa: E402
from zt_platform.project.simulation.players import Players, answers, party_of, required_materials  # noqa: E402
from zt_platform.supervision.models import CaseStep  # noqa: E402
from zt_storage import objects  # noqa: E402
from zt_storage.models import Attachment  # noqa: E402
from zt_storage.uploads import put_bytes, read_bytes  # noqa: E402
from zt_tenants.context import enter, outside_centres  # noqa: E402

players = Players("zt-applicants-of-the-test")
_met: set[str] = set()


def staff(post: str, code: str) -> Any:
    if code not in _met:
        players.meet_staff(code)
        _met.add(code)
    return players.staff(post, code)


def submit(code: str, item: str, padding: int = 0) -> dict[str, str]:
    """An applicant hands in a complete application; each file has so many bytes more."""
    applicant = players.applicants[0]
    party = party_of(applicant)
    with enter(code):
        version = item_version(item)
        case = commands.start_application(
            actor=applicant, item_code=item, applicant=party, form=answers(version, party)
        )
        for material, name in required_materials(version):
            data = paper(name, party.name) + b"\n%" + (b"%x" % (hash(name) & 0xFFFF)) * (padding // 4)
            file = put_bytes(
                data=data + b"\n%%EOF\n",
                file_name=f"{name}.pdf",
                content_type="application/pdf",
                owner_account_id=applicant.account_id,
            )
            commands.attach_material(actor=applicant, case_id=case.pk, material_code=material, attachment_id=file.pk)
        done = commands.submit_application(actor=applicant, case_id=case.pk)
        return {
            "number": str(done.tracking_number),
            "name": party.name,
            "id_number": party.id_number,
            "username": people()[0].username,
        }


def accept(code: str, number: str, to: str = "") -> str:
    with enter(code):
        case = Case.objects.get(tracking_number=number)
        clerk = staff("clerk", code)
        commands.pass_pre_review(actor=clerk, case_id=case.pk)
        return str(commands.accept_application(actor=clerk, case_id=case.pk, to_centre_code=to).status)


def hand_down(code: str, number: str, to: str) -> str:
    with enter(code):
        case = Case.objects.get(tracking_number=number)
        actor = staff("clerk", code)
        return str(commands.hand_down_application(actor=actor, case_id=case.pk, to_centre_code=to).status)


def review(code: str, number: str) -> str:
    with enter(code):
        case = Case.objects.get(tracking_number=number)
        return str(
            commands.review_case(actor=staff("reviewer", code), case_id=case.pk, opinion="经审核，符合条件。").status
        )


def decide(code: str, number: str) -> str:
    with enter(code):
        case = Case.objects.get(tracking_number=number)
        actor = staff("approver", code)
        return str(commands.decide_case(actor=actor, case_id=case.pk, result=Result.GRANTED, opinion="").status)


def finish(code: str, number: str) -> str:
    with enter(code):
        case = Case.objects.get(tracking_number=number)
        commands.seal_and_complete(actor=staff("clerk", code), case_id=case.pk)
        return str(commands.deliver_case(actor=staff("clerk", code), case_id=case.pk).status)


def case(code: str, number: str) -> dict[str, Any] | None:
    """What a centre holds of a case, the files by the digests of the bytes that are really there."""
    with enter(code):
        found = Case.objects.filter(tracking_number=number).select_related("decision_paper").first()
        if found is None:
            return None
        files = CaseMaterial.objects.filter(case=found, superseded_at__isnull=True).select_related("attachment")
        decision = found.decision_paper
        return {
            "status": found.status,
            "role": found.role,
            "result": found.result,
            "files": sorted(hashlib.sha256(read_bytes(each.attachment)).hexdigest() for each in files),
            "decision": hashlib.sha256(read_bytes(decision)).hexdigest() if decision else "",
            "steps": list(CaseEvent.objects.filter(case=found).order_by("id").values_list("step", flat=True)),
            "issued": [
                [each.kind, hashlib.sha256(read_bytes(each.attachment)).hexdigest(), each.snapshot.verify_url]
                for each in Paper.objects.filter(subject=number).exclude(told_to="").select_related("attachment")
                if each.attachment is not None
            ],
            "foreign": [
                [
                    each.kind,
                    hashlib.sha256(read_bytes(Attachment.objects.get(pk=each.file))).hexdigest(),
                    each.verify_url,
                ]
                for each in foreign_papers_of(found)
            ],
        }


def ledger(code: str, other: str) -> dict[str, Any]:
    """What a centre's permanent log holds of its traffic with one elsewhere: every place in every stream, and what waits."""
    with enter(code):
        entries = MessageLogEntry.objects.filter(counterpart_code=other).exclude(type=BATCH_LOG_TYPE, channel="case")
        places: dict[str, list[list[Any]]] = {"IN": [], "OUT": []}
        for direction, channel, first, last, event_id in entries.values_list(
            "direction", "channel", "first_sequence", "last_sequence", "event_id"
        ):
            for place in range(first, last + 1):  # supervision is logged by the batch, and batches may be cut anew
                places[direction].append([channel, place, str(event_id) if channel == "case" else ""])
        # A comparison of heads makes a row of a stream on which nothing was ever sent.
        streams = InboundStream.objects.filter(source_code=other, last_sequence__gt=0)
        return {
            "out": sorted(places["OUT"]),
            "in": sorted(places["IN"]),
            "heads_in": sorted(map(list, streams.values_list("channel", "last_sequence", "last_hash"))),
            "unapplied": InboxMessage.objects.filter(state__in=UNAPPLIED).count(),
        }


def heads_out(code: str, other: str) -> list[list[Any]]:
    """How far the streams of a centre to one elsewhere have come."""
    with outside_centres():
        streams = OutboundStream.objects.filter(source_code=code, destination_code=other)
        return sorted(map(list, streams.values_list("channel", "last_sequence", "last_hash")))


def at_rest() -> bool:
    """Whether nothing waits to be delivered from this site."""
    with outside_centres():
        return not OutboxMessage.objects.filter(state__in=PENDING).exists()


def reported() -> dict[str, int]:
    """Supervision events in this site's store, by centre."""
    counts: dict[str, int] = {}
    for code in CaseStep.objects.values_list("centre_code", flat=True):
        counts[code] = counts.get(code, 0) + 1
    return counts


def steps_to_report(code: str) -> int:
    """Supervision events that a centre has sent to the province, by the place its stream has come to."""
    with outside_centres():
        stream = OutboundStream.objects.filter(source_code=code, destination_code="340000", channel="supervision")
        return stream.values_list("last_sequence", flat=True).first() or 0


def attachment_keys(code: str, number: str) -> list[dict[str, Any]]:
    with enter(code):
        files = CaseMaterial.objects.filter(case__tracking_number=number).select_related("attachment")
        return [
            {"key": each.attachment.object_key, "sha256": each.attachment.sha256, "size": each.attachment.size}
            for each in files
        ]


def fetch(code: str, source: str, key: str, sha256: str, first: int = 0, last: int = 9) -> str:
    """Ask a centre elsewhere for a few bytes, in the name of a centre of this site; the bytes, or why not."""
    from zt_interop.attachments import fetch_part
    from zt_tenants.centres import centre_by_code
    from zt_tenants.errors import DomainError

    with enter(code):
        try:
            return fetch_part(centre_by_code(source), key=key, sha256=sha256, first=first, last=last).hex()
        except DomainError as refused:
            return f"{refused.code} {refused.data}"


def unoffered(code: str) -> dict[str, Any]:
    """A checked file of a centre that no message has named."""
    with enter(code):
        file = put_bytes(data=paper("内部文件", "不对外"), file_name="a.pdf", content_type="application/pdf")
        return {"key": file.object_key, "sha256": file.sha256}


def files(code: str) -> list[list[Any]]:
    with enter(code):
        return [list(row) for row in Attachment.objects.order_by("id").values_list("object_key", "size")]


def wipe(code: str, number: str) -> list[dict[str, str]]:
    """Take the bytes of a case's files out of the store behind everybody's back; what they were."""
    taken = []
    with enter(code):
        for each in CaseMaterial.objects.filter(case__tracking_number=number).select_related("attachment"):
            taken.append({"name": each.attachment.file_name, "data": read_bytes(each.attachment).hex()})
            objects.remove(each.attachment.object_key)
    return taken


def parked(code: str) -> list[str]:
    """Why messages wait at a centre."""
    with enter(code):
        waiting = InboxMessage.objects.filter(state=InboxState.PARKED)
        return list(waiting.values_list("reason_code", flat=True))


def case_id(code: str, number: str) -> int:
    with enter(code):
        return Case.objects.get(tracking_number=number).pk


ACTS = {
    act.__name__: act
    for act in (submit, accept, hand_down, review, decide, finish, case, ledger, heads_out, at_rest, reported)
}
ACTS |= {act.__name__: act for act in (steps_to_report, attachment_keys, fetch, unoffered, files)}
ACTS |= {act.__name__: act for act in (wipe, parked, case_id)}

for line in sys.stdin:
    wanted = json.loads(line)
    try:
        answer = {"result": ACTS[wanted.pop("act")](**wanted)}
    except Exception:
        answer = {"failed": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
