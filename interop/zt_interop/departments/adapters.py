"""One way to ask, whatever lies behind: the service's own system over HTTP, or the records it delivered as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zt_interop.departments import exchange, http_json
from zt_interop.departments.errors import AnswerRefused
from zt_interop.departments.exchange import Request
from zt_interop.departments.models import Adapter, DataService, DeliveredRecord
from zt_interop.errors import MessageRefused
from zt_interop.keys.signing import signer_for
from zt_interop.schemas import problem_with
from zt_interop.signed import CLOCK_TOLERANCE
from zt_tenants.clock import now
from zt_tenants.models import Centre
from zt_tenants.vault import blind_index


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer; ``result`` holds only fields that were asked for. The wires are kept as evidence."""

    status: str
    result: dict[str, Any] | None
    answered_at: datetime
    request_wire: str
    answer_wire: str
    reason: str = ""


def answer(service: DataService, request: Request, *, consumer: Centre) -> Answer:
    """Sign the question as the consumer and get it answered. Called outside any transaction and outside any centre.

    Raises:
        ServiceAway, EndpointRefused: no answer.
        AnswerRefused: one that cannot be believed.
        NoSigningKey: the consumer cannot sign.
    """
    wire = request.signed_by(signer_for(consumer, at=now()), at=now())
    if service.adapter == Adapter.FILE_DROP:
        return _from_records(service, request, wire)
    answered = http_json.post(service, wire)
    try:
        return _verified(service, request, consumer, wire, answered)
    except MessageRefused as refused:
        raise AnswerRefused(service=service.code, detail=f"{refused.code} {refused.en_text}") from refused


def _verified(service: DataService, request: Request, consumer: Centre, wire: bytes, answered: bytes) -> Answer:
    key = exchange.Key(service.key_id, service.suite, bytes(service.public_key))
    payload = exchange.opened(answered, typ=exchange.RESPONSE_TYPE, key=key, destination=consumer.code, now=now())
    data = exchange.read_response(payload, question=request.payload())
    answered_at = exchange.instant_of(data["answered_at"])
    if answered_at > now() + CLOCK_TOLERANCE:
        raise AnswerRefused(service=service.code, detail="answered_at")
    result = data.get("result")
    if data["status"] == "FOUND":
        problem = problem_with(_schema_for(service, request), result)
        if problem:
            raise AnswerRefused(service=service.code, detail=f"result/{problem}")
    return Answer(
        status=data["status"],
        result=_cut(result or {}, request) if data["status"] == "FOUND" else None,
        answered_at=answered_at,
        request_wire=wire.decode(),
        answer_wire=answered.decode(),
        reason=str(data.get("reason", "")),
    )


def _schema_for(service: DataService, request: Request) -> dict[str, Any]:
    """The answer's schema for these fields: what was not asked for cannot be required, because the department cuts it."""
    schema: dict[str, Any] = service.answer_schema
    return {**schema, "required": [name for name in schema.get("required", ()) if name in set(request.fields)]}


def _cut(result: dict[str, Any], request: Request) -> dict[str, Any]:
    """Only what was asked for, however much came."""
    return {name: value for name, value in result.items() if name in set(request.fields)}


def record_index(service: DataService, key: str) -> bytes:
    """The blind index under which a delivered record is found."""
    return blind_index(key, purpose=f"departments.record.{service.code}")


def _from_records(service: DataService, request: Request, wire: bytes) -> Answer:
    index = record_index(service, str(request.parameters[service.subject_parameter]))
    found = DeliveredRecord.objects.filter(service=service, key_index=index).first()
    return Answer(
        status="FOUND" if found else "NOT_FOUND",
        result=_cut(found.record, request) if found else None,
        answered_at=found.as_of if found else now(),
        request_wire=wire.decode(),
        answer_wire=f"delivery:{found.delivery_id}" if found else "",
    )
