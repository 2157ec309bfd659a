"""Errors: typed for what the domain refuses, hidden behind a reference for what nobody expected."""

from __future__ import annotations

import logging

import pytest

from zt_graphql import errors
from zt_tenants.errors import DomainError, InvalidInput

SIGN_IN = "mutation($u: String!, $p: String!) { signIn(username: $u, password: $p) { me { username } } }"
REGISTER = """
mutation($phone: String!) {
  registerAccount(username: "li.na", password: "long-enough-1", fullName: "李娜", phone: $phone) { account { id } }
}
"""


def test_a_domain_error_has_code_field_and_a_sentence_in_the_active_language(stranger, gateway) -> None:
    chinese = stranger.ask(REGISTER, phone="12").error
    assert chinese["extensions"]["code"] == "INVALID_INPUT"
    assert chinese["extensions"]["field"] == "phone"
    assert chinese["path"] == ["registerAccount"]
    assert "手机号码" in chinese["message"]
    english_reader = gateway()
    english_reader.client.cookies["zt_language"] = "en"
    english = english_reader.ask(REGISTER, phone="12").error
    assert "mobile" in english["message"]


def test_data_of_an_error_are_plain_json() -> None:
    class Many(InvalidInput):
        errors = (InvalidInput(field="full_name"), InvalidInput(field="phone"))

    assert errors.domain_answer(InvalidInput(field="full_name"))["extensions"]["field"] == "fullName"
    answer = errors.domain_answer(Many(field="full_name", days=3, parts={1}))
    assert answer["extensions"]["field"] == "full_name"
    assert answer["extensions"]["data"]["parts"] == [1]
    assert [one["field"] for one in answer["extensions"]["data"]["errors"]] == ["full_name", "phone"]


def test_the_unexpected_is_logged_and_hidden(world, monkeypatch, caplog, gateway) -> None:
    class Broken(Exception):
        pass

    def explode(*_args: object) -> None:
        raise Broken("password=hunter2")

    from zt_graphql.schema import schema

    monkeypatch.setattr(schema.graphql_schema.query_type.fields["here"], "resolve", explode)
    with caplog.at_level(logging.ERROR, logger="zt_graphql.errors"):
        error = gateway().ask("{ here { code } }").error
    reference = error["extensions"]["data"]["reference"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in str(error)
    assert reference in caplog.text
    assert "hunter2" in caplog.text


@pytest.mark.req("A-09")
def test_wrong_passwords_are_counted_through_the_gateway(stranger, applicant) -> None:
    for _ in range(5):
        assert stranger.ask(SIGN_IN, u="zhang.wei", p="wrong").codes == ["SIGN_IN_REFUSED"]
    refused = stranger.ask(SIGN_IN, u="zhang.wei", p="wrong").error["extensions"]
    assert refused["code"] == "TOO_MANY_TRIES"
    assert refused["data"]["minutes"] >= 1


def test_one_refused_field_leaves_its_neighbours_standing(stranger, world) -> None:
    answer = stranger.ask('{ here { code } centre(code: "000000") { name } }', at=world.city)
    assert answer.body["data"] == {"here": {"code": world.city.code}, "centre": None}
    assert answer.codes == ["UNKNOWN_CENTRE"]


def test_every_code_is_a_domain_code() -> None:
    assert issubclass(errors.CentreRequired, DomainError)


def test_a_database_that_ends_the_connection_is_told_as_an_outage_that_may_pass(world, monkeypatch, gateway) -> None:
    from django.db import OperationalError, connection, transaction

    from zt_graphql.schema import schema

    def cut_off(*_args: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError):
        cut_off()
    monkeypatch.setattr(schema.graphql_schema.query_type.fields["here"], "resolve", cut_off)
    error = gateway().ask("{ here { code } }").error

    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "field": None, "data": {}}
    assert "请稍候再试" in error["message"]
