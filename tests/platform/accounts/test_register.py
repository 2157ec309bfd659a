"""Opening an account: what is stored and what is refused."""

from __future__ import annotations

import pytest
from django.db import connection

from zt_platform.accounts.commands import register_account
from zt_platform.accounts.errors import IdentityTaken, TooManyTries, UsernameTaken
from zt_platform.accounts.models import Account, AccountEvent, Verification
from zt_tenants.errors import InvalidInput


def stored_bytes() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM accounts_account a")
        return "\n".join(row[0] for row in cursor.fetchall()).encode()


def test_what_identifies_a_person_is_sealed_and_unverified(zhang, people) -> None:
    stored = stored_bytes()
    for secret in (people.zhang_id, "张三丰", "13855512345", people.password):
        assert secret.encode() not in stored
        assert secret.encode().hex().encode() not in stored
    account = Account.objects.get(username="zhangsan")
    assert (account.full_name, account.phone, account.resident_id) == ("张三丰", "13855512345", people.zhang_id)
    assert account.resident_id_masked == f"3401**********{people.zhang_id[-4:]}"
    assert account.verification == Verification.UNVERIFIED
    assert account.password.startswith("argon2")
    assert AccountEvent.objects.get().kind == "registered"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "x"),
        ("password", "short"),
        ("full_name", ""),
        ("phone", "12345"),
        ("resident_id", "340123199003071230"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(world, people, field: str, value: str) -> None:
    good = {
        "username": "wangwu",
        "password": people.password,
        "full_name": "王五",
        "phone": "13712345678",
        "resident_id": people.li_id,
    }
    with pytest.raises(InvalidInput) as refused:
        register_account(**{**good, field: value})
    assert refused.value.field == field
    assert not Account.objects.exists()


def test_a_username_is_taken_once(zhang, people) -> None:
    with pytest.raises(UsernameTaken) as refused:
        register_account(username="ZhangSan", password=people.password, full_name="王五", phone="13712345678")
    assert refused.value.field == "username"
    assert Account.objects.count() == 1


def test_a_resident_id_is_registered_once(zhang, people) -> None:
    with pytest.raises(IdentityTaken) as refused:
        register_account(
            username="wangwu",
            password=people.password,
            full_name="王五",
            phone="13712345678",
            resident_id=people.zhang_id,
        )
    assert refused.value.field == "resident_id"
    assert Account.objects.count() == 1


def test_a_family_may_share_a_phone(zhang, people) -> None:
    register_account(username="wangwu", password=people.password, full_name="王五", phone="13855512345")
    assert Account.objects.count() == 2


def test_one_address_cannot_register_without_end(world, people) -> None:
    made = 0
    with pytest.raises(TooManyTries):
        for n in range(30):
            register_account(
                username=f"person{n}",
                password=people.password,
                full_name="王五",
                phone="13712345678",
                address="192.0.2.7",
            )
            made += 1
    assert made == 20
    assert Account.objects.count() == 20
