"""Who plays: actors by post and centre, applicants' accounts, answers to forms, papers for materials."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from zt_platform.accounts.commands import authorise, register_account
from zt_platform.accounts.models import Account
from zt_platform.accounts.parties import Party
from zt_platform.accounts.queries import party_for
from zt_platform.actors import Actor
from zt_platform.catalogue.forms import FieldType, FormField, fields_of
from zt_platform.catalogue.models import ItemVersion
from zt_platform.organisation.loader import posts_of, username_for
from zt_platform.organisation.queries import staff_member_of
from zt_platform.project.simulation.cast import Person, people
from zt_tenants import clock
from zt_tenants.centres import centre_by_code
from zt_tenants.context import beside, enter
from zt_tenants.errors import DomainError
from zt_tenants.wall.access import DatabaseRole

PATTERNED = {
    "vin": "LSVAU2180N2183294",
    "plate_number": "皖A12345",
    "hs_code": "09021090",
    "surname_pinyin": "WANG",
    "given_name_pinyin": "YAJING",
}

SPOKEN = (  # what people write into free text, by a word in the field's label
    ("国别", "新加坡"),
    ("地址", "安徽省合肥市东流路100号"),
    ("住所", "安徽省合肥市东流路100号"),
    ("路线", "合肥—滁州"),
    ("型号", "HFC1043"),
    ("名称", "皖江综合服务部"),
    ("单位", "皖江建设有限公司"),
    ("企业", "皖江建设有限公司"),
)


class NobodyOnPost(DomainError):
    """A centre of the played day has no staff."""

    code = "NOBODY_ON_POST"
    zh = "{centre} 的 {post} 岗位无人在岗，请先运行 zhengtong province load。"
    en = "Nobody holds the post {post} at {centre}; run zhengtong province load first."


class Players:
    """Actors, looked up once each."""

    def __init__(self, password: str) -> None:
        self._staff: dict[tuple[str, str], Actor] = {}
        self.applicants = [self._applicant(person, password) for person in people()]

    def _applicant(self, person: Person, password: str) -> Actor:
        account = Account.objects.filter(username=person.username).first()
        if account is None:
            account = register_account(
                username=person.username,
                password=password,
                full_name=person.full_name,
                phone=person.phone,
                resident_id=person.resident_id,
            )
            if person.firm:
                authorise(
                    actor=Actor.for_applicant(account),
                    organisation_name=person.firm,
                    uscc=person.uscc,
                    valid_from=clock.today(),
                    valid_until=clock.today().replace(year=clock.today().year + 3, day=1),
                )
        return Actor.for_applicant(account)

    def meet_staff(self, centre_code: str) -> None:
        """Look up who holds the posts of a centre today (in the past of an older case they were not posted yet)."""
        centre = centre_by_code(centre_code)
        with enter(centre):
            for post in posts_of(centre.level):
                with beside(DatabaseRole.PORTAL):
                    account = Account.objects.get(username=username_for(post, centre_code))
                member = staff_member_of(account.id)
                if member is None:
                    raise NobodyOnPost(post=post.key, centre=centre_code)
                self._staff[post.key, centre_code] = Actor.for_staff(member, account)

    def staff(self, post: str, centre_code: str) -> Actor:
        """The first holder of a post (``clerk``, ``reviewer``, ``approver``) at a centre that was met."""
        return self._staff[post, centre_code]


def party_of(actor: Actor) -> Party:
    """On whose behalf an applicant of the cast applies: for himself."""
    return party_for(actor)


def answers(version: ItemVersion, party: Party) -> dict[str, str]:
    """A form filled in so that it is valid."""
    return {field.name: _answer(field, party) for field in fields_of(version.form_schema) if field.required}


def _answer(field: FormField, party: Party) -> str:
    match field.type:
        case FieldType.SELECT:
            return field.options[0].value
        case FieldType.DATE:
            return clock.today().isoformat()
        case FieldType.PHONE:
            return party.phone
        case FieldType.NUMBER:
            return str(max(field.minimum or Decimal(1), min(field.maximum or Decimal(120), Decimal(120))))
        case FieldType.TEXTAREA:
            return "用于本单位日常经营，内容属实。"
        case _:
            if field.pattern:
                return PATTERNED.get(field.name, party.name)
            return next((words for word, words in SPOKEN if word in field.zh), party.name)


def required_materials(version: ItemVersion) -> Iterable[tuple[str, str]]:
    """(code, name) of the materials that must be there."""
    return [(material.code, material.name) for material in version.materials.all() if material.required]
