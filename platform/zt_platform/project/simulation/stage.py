"""The stage of a simulated year: the centres that play, what they publish for it, and one act of one person at a time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zt_platform.accounts.parties import Party
from zt_platform.actors import Actor
from zt_platform.cases import commands
from zt_platform.cases.models import Case
from zt_platform.catalogue.commands import open_delegation, publish_item_version
from zt_platform.catalogue.default_commands import switch_default_rule_on
from zt_platform.catalogue.definitions import delegations_of
from zt_platform.catalogue.kinds import JOINT_DEFAULTS, DelegationKind
from zt_platform.catalogue.models import Item, ItemVersion
from zt_platform.catalogue.queries import item_version
from zt_platform.catalogue.ways import Ways
from zt_platform.project.simulation.papers import paper
from zt_platform.project.simulation.players import Players, answers, party_of, required_materials
from zt_storage.uploads import put_bytes
from zt_tenants import clock
from zt_tenants.centres import province
from zt_tenants.context import enter

INSTANT, ORDINARY, LONGER = "XK-GA-08", ("XK-JT-02", "QR-ZR-02", "BA-JT-04", "GG-RS-01"), "XK-WJ-02"
TOLERANT, COMMITTED, RENEWED, DEFAULTED, JOINT = "QR-ZR-01", "XK-XF-01", "XK-SC-04", "XK-RS-03", "XK-FG-01"
ENTRUSTED, DEVOLVED, FORWARDED, NOT_YET = "XK-ZJ-01", "XK-YJ-01", "XK-HB-01", "XK-WL-02"
"""Delegated; the last one without its hand-over, so that it is not in force (C-02)."""
PERMIT_ENDS = "permit_ends"
TOLERANCE_DAYS, TEMPORARY_DAYS, GRACE_DAYS = 5, 30, 2
_ALL_FOUR_STEPS = ("clerk", "reviewer", "approver")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two centres between which items are delegated: the upper one gives (or decides what is handed up)."""

    upper: str
    lower: str


class Stage:
    """Who plays at which centres. Everything is done by the commands that pages and gateway call."""

    def __init__(self, *, seed: int, password: str, pairs: Sequence[Pair]) -> None:
        self.chance = random.Random(seed)
        self.players = Players(password)
        self.pairs = list(pairs)
        self.halls = sorted({code for pair in pairs for code in (pair.upper, pair.lower)})
        self._uploaded: dict[tuple[str, Any, str], int] = {}
        self._parties: dict[Any, Party] = {}
        self._versions: dict[tuple[str, str], ItemVersion] = {}
        for code in {*self.halls, province().code}:
            self.players.meet_staff(code)

    def publish(self) -> None:
        """Let every hall publish what the year needs: the special ways of its items, each with its legal basis."""
        for code in self.halls:
            admin = self.staff("admin", code)
            with enter(code):
                _republish(admin, TOLERANT, ways=_TOLERANCE, may_follow=True)
                for item_code in (COMMITTED, ENTRUSTED, DEVOLVED):
                    _republish(admin, item_code, ways=_COMMITMENT)
                _republish(admin, RENEWED, ways=Ways(renewal_field=PERMIT_ENDS), more_form=[_PERMIT_ENDS])
                _republish(admin, JOINT, decided_jointly=True, statutory_days=45)
                switch_default_rule_on(
                    actor=admin,
                    item_code=DEFAULTED,
                    legal_basis="《安徽省行政审批超期默认办法（试行）》第四条",
                    valid_from=clock.today(),
                    grace_days=GRACE_DAYS,
                )
                for kind in JOINT_DEFAULTS:
                    switch_default_rule_on(
                        actor=admin,
                        item_code=JOINT,
                        legal_basis="《合肥市并联审批默认办法（试行）》第六条",
                        valid_from=clock.today(),
                        kind=kind,
                    )
        for pair in self.pairs:
            with enter(pair.upper):
                _delegate_without_hand_over(self.staff("admin", pair.upper), pair)

    def staff(self, post: str, centre_code: str) -> Actor:
        """Who holds a post; ``window``: one person with the posts of all four steps (即办件)."""
        if post != "window":
            return self.players.staff(post, centre_code)
        together = [self.players.staff(each, centre_code) for each in _ALL_FOUR_STEPS]
        return replace(together[0], roles=frozenset().union(*(actor.roles for actor in together)))

    def supervisor(self, centre_code: str) -> Actor:
        """The supervisor of a city or of the province."""
        return self.players.staff("supervisor", centre_code)

    def submit(
        self,
        centre: str,
        item_code: str,
        applicant: Actor,
        *,
        form: Mapping[str, str],
        without: Sequence[str],
        **more: Any,
    ) -> str:
        """An application, filled in and handed in; the tracking number. ``without`` are materials that will follow."""
        party = self._party(applicant)
        with enter(centre):
            version = self._version(centre, item_code)
            case = commands.start_application(
                actor=applicant, item_code=item_code, applicant=party, form={**answers(version, party), **form}
            )
            for code, name in required_materials(version):
                if code not in without:
                    file = self.upload(centre, applicant, code, name)
                    commands.attach_material(actor=applicant, case_id=case.pk, material_code=code, attachment_id=file)
            submitted = commands.submit_application(actor=applicant, case_id=case.pk, **more)
        return str(submitted.tracking_number)

    def _party(self, applicant: Actor) -> Party:
        """Who somebody of the cast is; looked up once."""
        if applicant.account_id not in self._parties:
            self._parties[applicant.account_id] = party_of(applicant)
        return self._parties[applicant.account_id]

    def _version(self, centre: str, item_code: str) -> ItemVersion:
        """What an item asks for, read once: nothing is published in the course of the year."""
        if (centre, item_code) not in self._versions:
            self._versions[centre, item_code] = item_version(item_code)
        return self._versions[centre, item_code]

    def upload(self, centre: str, actor: Actor, code: str, name: str) -> int:
        """A file of somebody's in the current centre, the same for every case (that is what people have)."""
        key = (centre, actor.account_id, code)
        if key not in self._uploaded:
            file = put_bytes(
                data=paper(name, "(演示材料)"),
                file_name=f"{code}.pdf",
                content_type="application/pdf",
                owner_account_id=actor.account_id,
            )
            self._uploaded[key] = file.pk
        return self._uploaded[key]


def case_of(number: str) -> Case:
    """The current centre's row of a case."""
    return Case.objects.get(tracking_number=number)


def act(actor: Actor, centre: str, number: str, command: Callable[..., Any], **given: Any) -> None:
    """One command of one person on one case at one centre."""
    with enter(centre):
        command(actor=actor, case_id=_id_of(number), **given)


def _id_of(number: str) -> int:
    """What the page of a case has in its address."""
    return Case.objects.values_list("pk", flat=True).get(tracking_number=number)


def pairs_of_the_catalogue(cities: Iterable[str]) -> list[Pair]:
    """The pairs of these cities and their counties between which the shipped catalogue delegates all three kinds."""
    found: defaultdict[Pair, set[str]] = defaultdict(set)
    for city in cities:
        for row in delegations_of(city):
            found[Pair(row.from_centre, row.to_centre)].add(row.item_code)
    return [pair for pair, codes in found.items() if codes >= {ENTRUSTED, DEVOLVED, FORWARDED}]


_TOLERANCE = Ways(tolerance_days=TOLERANCE_DAYS, tolerance_basis="《合肥市政务服务容缺受理办法》第三条")
_COMMITMENT = Ways(
    temporary_days=TEMPORARY_DAYS,
    commitment_terms="本场所符合消防安全要求，愿意接受核查；如有不实，承担法律责任。",
    commitment_basis="《中华人民共和国消防法》第十五条",
)
_PERMIT_ENDS = {"name": PERMIT_ENDS, "zh": "原许可证有效期至", "en": "Permit valid until", "type": "date"}


def _delegate_without_hand_over(admin: Actor, pair: Pair) -> None:
    department = Item.objects.select_related("department").get(code=NOT_YET).department
    open_delegation(
        actor=admin,
        item_code=NOT_YET,
        kind=DelegationKind.ENTRUSTED,
        to_centre_code=pair.lower,
        to_department_code=department.code,
        to_department_name=department.name,
        legal_basis="《中华人民共和国文物保护法》第十八条",
        evaluation_note="承接能力评估合格，交接尚未完成",
        valid_from=clock.today(),
    )


def _republish(
    admin: Actor,
    item_code: str,
    *,
    ways: Ways | None = None,
    may_follow: bool = False,
    more_form: Sequence[Mapping[str, Any]] = (),
    **changed: Any,
) -> None:
    """The next version of an item, which differs from the one before only in what is given."""
    before = item_version(item_code)
    kept = {
        name: getattr(before, name)
        for name in (
            *("kind", "statutory_days", "statutory_basis", "promised_days", "legal_basis"),
            *("conditions", "procedure", "fee", "fee_basis", "charges"),
        )
    }
    publish_item_version(
        actor=admin,
        item_code=item_code,
        form_schema=[*before.form_schema, *more_form],
        materials=_materials(before, may_follow=may_follow),
        ways=ways,
        **{**kept, **changed},
    )


def _materials(version: ItemVersion, *, may_follow: bool) -> list[dict[str, Any]]:
    rows = []
    for place, material in enumerate(version.materials.all()):
        rows.append(
            {
                "code": material.code,
                "name": material.name,
                "name_en": material.name_en,
                "required": material.required,
                "max_size": material.max_size,
                "accepted_types": list(material.accepted_types),
                "may_follow": may_follow and material.required and place > 0,
            }
        )
    return rows


def follows(item_code: str) -> str:
    """The code of a material that the item lets follow, in the current centre."""
    version = item_version(item_code)
    return next(material.code for material in version.materials.all() if material.may_follow)
