"""The people of a run, in a process of their own: they look where each case stands, do the next act, and look again.

``python people.py PLANS JOURNAL SECONDS`` works until every case has come to its end. An act that fails is repeated after
another look, as people do; whatever was answered without an error goes into the journal, one line of JSON each.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

django.setup()

from roads import ENDS, FINAL, ROADS, Plan  # noqa: E402

from zt_platform.cases import commands  # noqa: E402
from zt_platform.cases.models import Case, CaseMaterial  # noqa: E402
from zt_platform.cases.vocabulary import Result  # noqa: E402
from zt_platform.catalogue.queries import item_version  # noqa: E402
from zt_platform.project.simulation.papers import paper  # noqa: E402
from zt_platform.project.simulation.players import Players, answers, party_of, required_materials  # noqa: E402
from zt_platform.web.outage import outage_behind  # noqa: E402
from zt_storage.uploads import put_bytes  # noqa: E402
from zt_tenants.context import enter  # noqa: E402
from zt_tenants.errors import DomainError  # noqa: E402


@dataclass
class Errand:
    """One case and how far its people know it has come."""

    plan: Plan
    number: str = ""
    done: bool = False
    last_act: str = ""


class People:
    """Applicants and staff of all centres of the plans."""

    def __init__(self, plans: list[Plan], journal: Path) -> None:
        self._journal = journal
        self._players = Players("zt-applicants-of-the-test")
        for code in {code for plan in plans for code in (plan.at, plan.other) if code}:
            self._players.meet_staff(code)
        self._errands = [Errand(plan) for plan in plans]

    def work(self, seconds: float) -> bool:
        """Go on with every case in turn until all have ended, or the time is over; whether all have."""
        end = time.monotonic() + seconds
        order = random.Random(1)
        while left := [errand for errand in self._errands if not errand.done]:
            if time.monotonic() > end:
                return False
            order.shuffle(left)
            moved = [self._try(errand) for errand in left]
            if not any(moved):
                time.sleep(0.5)
        return True

    def _try(self, errand: Errand) -> bool:
        try:
            act = self._go_on(errand)
        except Exception as error:
            told = error if isinstance(error, DomainError) else outage_behind(error)  # as pages and gateway tell it
            self._note(key=errand.plan.key, error=told.code if told else repr(error))
            time.sleep(0.2)
            return False
        if act:
            errand.last_act = act
            self._note(key=errand.plan.key, number=errand.number, act=act)
        return bool(act)

    def _note(self, **line: Any) -> None:
        with self._journal.open("a") as journal:
            journal.write(json.dumps({"at": time.time(), **line}) + "\n")

    def _go_on(self, errand: Errand) -> str:
        """The next act at either centre, if there is one; its name."""
        plan = errand.plan
        if not errand.number:
            with enter(plan.at):
                errand.number = self._hand_in(plan)
            return "submit"
        for code, road in ((plan.at, ROADS[plan.kind][0]), (plan.other, ROADS[plan.kind][1])):
            if not code:
                continue
            with enter(code):
                case = Case.objects.filter(tracking_number=errand.number).first()
                act = road.get(case.status, "") if case else ""
                if case and act:
                    self._act(act, case, code, plan)
                    return act
                errand.done = bool(case) and code == plan.at and case.status == FINAL
            if errand.done:
                return ENDS
        return ""

    def _hand_in(self, plan: Plan) -> str:
        """From the first click to the receipt; every step may be repeated."""
        applicant = self._players.applicants[plan.applicant % len(self._players.applicants)]
        party, version = party_of(applicant), item_version(plan.item)
        case = commands.start_application(
            actor=applicant, item_code=plan.item, applicant=party, form=answers(version, party), client_key=plan.key
        )
        held = set(CaseMaterial.objects.filter(case=case).values_list("material_code", flat=True)) if case.pk else set()
        for code, name in required_materials(version):
            if code in held or case.tracking_number:
                continue
            file = put_bytes(
                data=paper(name, party.name, plan.key),
                file_name=f"{name}.pdf",
                content_type="application/pdf",
                owner_account_id=applicant.account_id,
            )
            commands.attach_material(actor=applicant, case_id=case.pk, material_code=code, attachment_id=file.pk)
        done = commands.submit_application(actor=applicant, case_id=case.pk, submission_key=plan.key)
        return str(done.tracking_number)

    def _act(self, act: str, case: Case, code: str, plan: Plan) -> None:
        clerk = self._players.staff("clerk", code)
        acts: dict[str, Callable[[], object]] = {
            "pass": lambda: commands.pass_pre_review(actor=clerk, case_id=case.pk),
            "accept": lambda: commands.accept_application(actor=clerk, case_id=case.pk),
            "accept for": lambda: commands.accept_application(actor=clerk, case_id=case.pk, to_centre_code=plan.other),
            "hand down": lambda: commands.hand_down_application(
                actor=clerk, case_id=case.pk, to_centre_code=plan.other
            ),
            "review": lambda: commands.review_case(
                actor=self._players.staff("reviewer", code), case_id=case.pk, opinion="经审核，符合条件。"
            ),
            "decide": lambda: commands.decide_case(
                actor=self._players.staff("approver", code), case_id=case.pk, result=Result.GRANTED, opinion=""
            ),
            "seal": lambda: commands.seal_and_complete(actor=clerk, case_id=case.pk),
            "deliver": lambda: commands.deliver_case(actor=clerk, case_id=case.pk),
        }
        acts[act]()


if __name__ == "__main__":
    wanted = [Plan(**line) for line in json.loads(Path(sys.argv[1]).read_text())]
    sys.exit(0 if People(wanted, Path(sys.argv[2])).work(float(sys.argv[3])) else 3)
