"""The first staff of a centre: enough people for the four steps of a case (A-09), and the supervisors."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zt_platform.accounts import rules
from zt_platform.accounts.commands import common_passwords, set_phone
from zt_platform.accounts.models import Account
from zt_platform.index.commands import upsert_seats
from zt_platform.organisation.models import CentreProfile, Department, StaffMember, Window
from zt_platform.organisation.places import place_of
from zt_platform.organisation.roles import Role
from zt_tenants.clock import today
from zt_tenants.context import enter, operating
from zt_tenants.models import Centre, Level

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN_NAMES = (
    "建国",
    "晓燕",
    "志强",
    "丽华",
    "文博",
    "雅琴",
    "海涛",
    "静怡",
    "立新",
    "慧敏",
    "子轩",
    "秀兰",
    "明辉",
    "雪梅",
)
OWN_HOURS = {"341100": (time(8, 30), time(16, 30))}
"""滁州 serves without a lunch break from 8:30 to 16:30 (A-27)."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the first staff: the username is ``{key}-{centre code}``."""

    key: str
    role: Role


POSTS = (
    Post("clerk", Role.WINDOW_CLERK),
    Post("reviewer", Role.REVIEWER),
    Post("approver", Role.APPROVER),
    Post("head", Role.DEPARTMENT_HEAD),
    Post("admin", Role.CENTRE_ADMIN),
)
SUPERVISOR = Post("supervisor", Role.SUPERVISOR)


def posts_of(level: str) -> tuple[Post, ...]:
    """The posts of a centre's first staff: the province and the cities also have a supervisor."""
    return (*POSTS, SUPERVISOR) if level in (Level.PROVINCE, Level.CITY) else POSTS


def username_for(post: Post, centre_code: str) -> str:
    """The username of a post's first holder, such as ``clerk-340100``."""
    return f"{post.key}-{centre_code}"


def load_staff(centre: Centre, *, password: str) -> list[StaffMember]:
    """Create the accounts and posts of a centre's first staff, and its profile. Idempotent; a handful of statements.

    All get the given password, hashed once. The catalogue comes first: staff sit in its departments' first window.
    Raises InvalidInput (field ``password``).
    """
    rules.password(password, common=common_passwords())
    posts = posts_of(centre.level)
    with operating(), enter(centre), transaction.atomic():
        opens, closes = OWN_HOURS.get(centre.code, (time(9, 0), time(17, 0)))
        CentreProfile.objects.bulk_create(
            [CentreProfile(opens_at=opens, closes_at=closes, address=f"{place_of(centre)}政务服务中心大厅")],
            ignore_conflicts=True,
        )
        account_ids = _load_accounts(centre, posts, password)
        department = Department.objects.first()
        window = Window.objects.filter(department=department).first()
        StaffMember.objects.bulk_create(
            [
                StaffMember(
                    account_id=account_ids[username_for(post, centre.code)],
                    full_name=_name(centre.code, post),
                    # One clerk serves every window and one reviewer every department: no department of their own.
                    department=None,
                    window=window if post.role is Role.WINDOW_CLERK else None,
                    roles=[post.role],
                    posted_on=min(centre.opened_on, today()),
                )
                for post in posts
            ],
            ignore_conflicts=True,
        )
        upsert_seats(account_ids.values())
        return list(StaffMember.objects.filter(account_id__in=account_ids.values()))


def _load_accounts(centre: Centre, posts: tuple[Post, ...], password: str) -> dict[str, UUID]:
    accounts = []
    for number, post in enumerate(posts):
        account = Account(
            username=username_for(post, centre.code),
            full_name=_name(centre.code, post),
            password=_hashed_once(password),
        )
        set_phone(account, _phone(centre.code, number))
        accounts.append(account)
    Account.objects.bulk_create(accounts, ignore_conflicts=True)
    usernames = [account.username for account in accounts]
    return dict(Account.objects.filter(username__in=usernames).values_list("username", "id"))


@lru_cache(maxsize=1)
def _hashed_once(password: str) -> str:
    """One hash for a whole province: argon2 is slow on purpose."""
    return make_password(password)


def _name(centre_code: str, post: Post) -> str:
    number = zlib.crc32(f"{centre_code}/{post.key}".encode())
    return SURNAMES[number % len(SURNAMES)] + GIVEN_NAMES[number // len(SURNAMES) % len(GIVEN_NAMES)]


def _phone(centre_code: str, number: int) -> str:
    """An invented office mobile that is the same at every load."""
    return f"199{zlib.crc32(centre_code.encode()) % 10**7:07d}{number}"
