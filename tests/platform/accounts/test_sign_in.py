"""Signing in, and what guessing leads to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zt_platform.accounts import commands
from zt_platform.accounts.commands import sign_in
from zt_platform.accounts.errors import SignInRefused, TooManyTries
from zt_platform.accounts.models import Account, AccountEvent
from zt_tenants.clock import at, now

HERE, THERE = "192.0.2.1", "198.51.100.2"


def guess(times: int, *, username: str = "zhangsan", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in(username=username, password="not the password", address=address)


def test_the_right_password_opens(zhang, people) -> None:
    account = sign_in(username=" ZhangSan", password=people.password, address=HERE)
    assert account.id == zhang.id
    assert Account.objects.get().last_login is not None
    assert set(AccountEvent.objects.values_list("kind", flat=True)) == {"registered", "signed_in"}


def test_five_failures_lock_the_account_from_everywhere_for_15_minutes(zhang, people) -> None:
    moment = now()
    with at(moment):
        guess(5)
        for address in (HERE, THERE):
            with pytest.raises(TooManyTries) as refused:
                sign_in(username="zhangsan", password=people.password, address=address)
            assert refused.value.data["minutes"] == 15
        assert AccountEvent.objects.filter(kind="locked").count() == 1
    with at(moment + timedelta(minutes=14, seconds=30)), pytest.raises(TooManyTries) as refused:
        sign_in(username="zhangsan", password=people.password, address=THERE)
    assert refused.value.data["minutes"] == 1
    with at(moment + timedelta(minutes=15)):
        assert sign_in(username="zhangsan", password=people.password, address=THERE)


def test_a_success_forgets_the_failures(zhang, people) -> None:
    for _ in range(3):
        guess(4)
        assert sign_in(username="zhangsan", password=people.password, address=HERE) == zhang


def test_twenty_failures_lock_an_address(zhang, li, people) -> None:
    for n in range(20):
        guess(1, username=f"unknown{n}")
    with pytest.raises(TooManyTries):
        sign_in(username="lisi", password=people.password, address=HERE)
    assert sign_in(username="lisi", password=people.password, address=THERE)


def test_unknown_closed_and_wrong_are_the_same_answer(zhang, people) -> None:
    Account.objects.filter(id=zhang.id).update(is_active=False)
    answers = []
    for username, password in (
        ("nobody", people.password),
        ("zhangsan", people.password),
        ("zhangsan", "wrong-password"),
    ):
        with pytest.raises(SignInRefused) as refused:
            sign_in(username=username, password=password, address=HERE)
        answers.append((refused.value.code, refused.value.zh_text, refused.value.field))
    assert len(set(answers)) == 1


def test_unknown_usernames_are_counted_like_known_ones(world) -> None:
    guess(5, username="nobody")
    with pytest.raises(TooManyTries):
        sign_in(username="nobody", password="x", address=THERE)


def test_an_unknown_username_costs_one_hash_like_a_known_one(zhang, monkeypatch) -> None:
    hashed: list[str] = []
    real = commands.check_password

    def counted(password: str, encoded: str) -> bool:
        hashed.append(encoded)
        return bool(real(password, encoded))

    monkeypatch.setattr(commands, "check_password", counted)
    guess(1)
    guess(1, username="nobody")
    assert len(hashed) == 2
    parameters = [encoded.split("$")[1:4] for encoded in hashed]
    assert parameters[0] == parameters[1]


@pytest.mark.parametrize("username", ["", "\u0000", "zhang\u0000san", "x" * 5000, "张三", "' OR 1=1 --"])
def test_odd_usernames_are_refused_like_unknown_ones(zhang, people, username: str) -> None:
    with pytest.raises(SignInRefused):
        sign_in(username=username, password=people.password, address=HERE)
