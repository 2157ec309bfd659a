"""Reading cases, limited to what the actor may see."""

from zt_platform.cases.queries.audit import READS_RECORD, AuditFilter, AuditLine, audit_lines
from zt_platform.cases.queries.batches import batch_of, marked_cases, numbers_of
from zt_platform.cases.queries.pages import (
    TimelineEntry,
    actions_for,
    applicant_of,
    case_by_number,
    case_for,
    discarded_draft,
    internal_lines,
    may_read,
    required_materials,
    still_missing,
    timeline,
)
from zt_platform.cases.queries.proofs import proof_of_case, proof_of_number
from zt_platform.cases.queries.queues import (
    EVERYTHING,
    SCOPES,
    QueueCounts,
    QueueFilter,
    my_cases,
    my_cases_here,
    my_drafts,
    queue_counts,
    queue_for,
    window_drafts,
)
from zt_platform.cases.queries.routes import Routing, destinations, routing_of
from zt_platform.cases.queries.tracking import TrackedCase, track, track_by_link

__all__ = [
    "EVERYTHING",
    "READS_RECORD",
    "SCOPES",
    "AuditFilter",
    "AuditLine",
    "QueueCounts",
    "QueueFilter",
    "Routing",
    "TimelineEntry",
    "TrackedCase",
    "actions_for",
    "applicant_of",
    "audit_lines",
    "batch_of",
    "case_by_number",
    "case_for",
    "destinations",
    "discarded_draft",
    "internal_lines",
    "marked_cases",
    "may_read",
    "my_cases",
    "my_cases_here",
    "my_drafts",
    "numbers_of",
    "proof_of_case",
    "proof_of_number",
    "queue_counts",
    "queue_for",
    "required_materials",
    "routing_of",
    "still_missing",
    "timeline",
    "track",
    "track_by_link",
    "window_drafts",
]
