"""What is asked of the table of cases: named filters, and what is read in the same statement."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from zt_platform.cases.vocabulary import BEFORE_ACCEPTANCE, CLOSED, Light, Status

if TYPE_CHECKING:
    from zt_platform.cases.models import Case  # noqa: F401 - names the model in a type

SEALED_FIELDS = ("applicant", "form", "pickup", "delivery")
"""What lists leave in the database: opened only on the page of one case."""


def _looked_up(query: str, field: models.Field[Any, Any]) -> RawSQL:
    return RawSQL(f"({query})", [], field)  # noqa: S611 - fixed text of this module


_LIMITS: dict[str, RawSQL] = {
    "opens_at": _looked_up("SELECT opens_at FROM organisation_centreprofile WHERE id = 1", models.TimeField()),
    "closes_at": _looked_up("SELECT closes_at FROM organisation_centreprofile WHERE id = 1", models.TimeField()),
    "red_threshold_days": _looked_up(
        "SELECT red_threshold_days FROM organisation_centreprofile WHERE id = 1", models.IntegerField()
    ),
    "quiet_from": _looked_up("SELECT quiet_from FROM organisation_centreprofile WHERE id = 1", models.TimeField()),
    "quiet_until": _looked_up("SELECT quiet_until FROM organisation_centreprofile WHERE id = 1", models.TimeField()),
    "own_warning_days": _looked_up(
        "SELECT version.warning_days FROM catalogue_itemversion version"
        " JOIN catalogue_item item ON item.id = version.item_id"
        " WHERE item.code = cases_case.item_code AND version.version = cases_case.item_version_number"
        " AND version.published_at IS NOT NULL",
        models.IntegerField(),
    ),
    "item_clock": _looked_up(
        "SELECT jsonb_build_object('jointly', version.decided_jointly, 'step_days', version.step_days,"
        " 'ways', version.ways, 'default_rules', item.default_rules)"
        " FROM catalogue_itemversion version JOIN catalogue_item item ON item.id = version.item_id"
        " WHERE item.code = cases_case.item_code AND version.version = cases_case.item_version_number"
        " AND version.published_at IS NOT NULL",
        models.JSONField(),
    ),
    "required_checks": _looked_up(
        "SELECT jsonb_path_query_array(version.form_schema, '$[*].prefill ? (@.required == true).service')"
        " FROM catalogue_itemversion version JOIN catalogue_item item ON item.id = version.item_id"
        " WHERE item.code = cases_case.item_code AND version.version = cases_case.item_version_number"
        " AND version.published_at IS NOT NULL",
        models.JSONField(),
    ),
}


_ITEM_CLOCK = {"item_clock": _LIMITS["item_clock"]}


class CaseQuerySet(models.QuerySet["Case"]):
    """Named filters over cases."""

    def submitted(self) -> CaseQuerySet:
        """Without drafts, which are the applicant's own business."""
        return self.exclude(status=Status.DRAFT)

    def drafts(self) -> CaseQuerySet:
        """Drafts that are being filled in; without those that were thrown away."""
        return self.filter(status=Status.DRAFT, discarded_at__isnull=True)

    def discarded(self, kept_since: datetime) -> CaseQuerySet:
        """Drafts that were thrown away after that moment, so that they can still be taken back."""
        return self.filter(status=Status.DRAFT, discarded_at__gt=kept_since)

    def open(self) -> CaseQuerySet:
        """Those on which something is still to be done."""
        return self.submitted().exclude(status__in=CLOSED)

    def in_light(self, wanted: str, moment: datetime) -> CaseQuerySet:
        """Those that show a light at a moment, as :func:`zt_platform.lights.light` computes it."""
        seen = Coalesce(
            F("paused_at"),
            F("decided_at"),
            F("withdrawn_at"),
            F("ended_at"),
            models.Value(moment, output_field=models.DateTimeField()),
            output_field=models.DateTimeField(),
        )
        found = self.alias(seen_at=seen)
        red, yellow = Q(red_at__lt=F("seen_at")), Q(due_at__lt=F("seen_at"))
        warning = Q(warning_at__lt=F("seen_at"))
        late_acceptance = Q(status__in=BEFORE_ACCEPTANCE - {Status.CORRECTING}, acceptance_due_at__lt=moment)
        match wanted:
            case Light.RED:
                return found.filter(red)
            case Light.YELLOW:
                return found.filter((yellow & ~red) | late_acceptance)
            case Light.WARNING:
                return found.filter(warning & ~yellow)
            case _:
                return found.filter(Q(warning_at__isnull=True) | ~warning).exclude(late_acceptance)

    def with_limits(self) -> CaseQuerySet:
        """As commands need them: with the centre's hours and thresholds and the item's own warning, in one statement.

        Fixed SQL, because every command of every case runs it: composing these look-ups each time costs more than the
        statement that they save.
        """
        return self.annotate(**_LIMITS)

    def with_item_clock(self) -> CaseQuerySet:
        """With what the item's version says about limits and special ways (``item_clock``), in the same statement."""
        return self.annotate(**_ITEM_CLOCK)

    def for_list(self) -> CaseQuerySet:
        """As lists need them: with the department, without what is sealed."""
        return self.select_related("department").defer(*SEALED_FIELDS)
