"""What the published calendar does not know: notices of years still to come, and the province's own days."""

from __future__ import annotations

from django.db import models

from zt_tenants.language import bilingual
from zt_tenants.wall.access import SharedAccess


class CalendarYear(models.Model):
    """A year whose State Council notice was entered by hand, because the calendar package does not carry it yet."""

    access = SharedAccess(centre="SELECT", relay="SELECT", portal="SELECT, INSERT, UPDATE, DELETE")

    year = models.PositiveSmallIntegerField(primary_key=True)
    document_number = models.CharField(max_length=100, help_text="the notice, such as 国办发明电〔2026〕…号")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year} {self.document_number}"


class CalendarOverride(models.Model):
    """One day on which the calendar is overridden: worked or not, and why."""

    access = SharedAccess(centre="SELECT", relay="SELECT", portal="SELECT, INSERT, UPDATE, DELETE")

    day = models.DateField(primary_key=True)
    working = models.BooleanField(verbose_name=bilingual("是否工作日", "Working day"))
    reason = models.CharField(max_length=200)
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'工作日' if self.working else '休息日'} {self.reason}"
