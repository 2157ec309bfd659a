"""The endpoint: what a request may look like, and how refusals are answered."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from zt_graphql.limits import LIMITS

HERE = "{ here { code } }"


def post(client: Client, body: object, **extra: object):
    return client.post("/graphql", data=json.dumps(body), content_type="application/json", **extra)


def code(response) -> str:
    return response.json()["errors"][0]["extensions"]["code"]


def test_one_schema_serves_portal_and_centres(stranger, world) -> None:
    assert stranger.ask(HERE).data == {"here": None}
    assert stranger.ask(HERE, at=world.county).data == {"here": {"code": world.county.code}}


def test_get_serves_queries_and_refuses_mutations(world) -> None:
    client = Client()
    assert client.get("/graphql", {"query": HERE}).json() == {"data": {"here": None}}
    refused = client.get("/graphql", {"query": 'mutation { signIn(username: "a", password: "b") { me { id } } }'})
    assert (refused.status_code, code(refused), refused["Allow"]) == (405, "METHOD_NOT_ALLOWED", "GET, POST")
    assert client.put("/graphql").status_code == 405


def test_a_session_cookie_needs_its_csrf_token(gateway, applicant) -> None:
    client = gateway(applicant, enforce_csrf_checks=True).client
    body = {"query": "{ me { username } }"}
    refused = post(client, body)
    assert (refused.status_code, code(refused)) == (403, "CSRF_FAILED")
    token = client.get("/graphql", {"query": HERE}).cookies["csrftoken"].value
    assert post(client, body, headers={"X-CSRFToken": token}).json() == {"data": {"me": {"username": "zhang.wei"}}}


def test_without_a_session_no_token_is_needed_but_json_is(world) -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(client, {"query": HERE}).status_code == 200
    form = client.post("/graphql", {"query": HERE})
    assert (form.status_code, code(form)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"{",
        b'{"query": 1}',
        b'{"query": "{here{code}}", "variables": {"a": "\\u0000"}}',
        b'{"query": "{here{code}}", "variables": []}',
        b"\xff",
    ],
)
def test_malformed_bodies(world, body) -> None:
    response = Client().post("/graphql", data=body, content_type="application/json")
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


def test_large_requests_are_refused(world) -> None:
    long_query = post(Client(), {"query": HERE + " " * LIMITS.query_characters})
    assert (long_query.status_code, code(long_query)) == (413, "REQUEST_TOO_LARGE")
    long_body = post(Client(), {"query": HERE, "padding": "x" * LIMITS.body_bytes})
    assert (long_body.status_code, code(long_body)) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ here {", "SYNTAX_ERROR"),
        ("{ nothing }", "INVALID_DOCUMENT"),
        ("query A { here { code } } query B { here { code } }", "UNKNOWN_OPERATION"),
        ("query A($n: Int!) { centres(first: $n) { totalCount } }", "INVALID_DOCUMENT"),
    ],
)
def test_documents_that_do_not_fit(stranger, query, expected) -> None:
    answer = stranger.ask(query)
    assert (answer.status, answer.codes) == (400, [expected])


def test_an_operation_is_chosen_by_name(world) -> None:
    body = {"query": "query A { here { code } } query B { me { id } }", "operationName": "B"}
    assert post(Client(), body).json() == {"data": {"me": None}}


def test_unknown_centres_have_no_endpoint(world) -> None:
    assert Client().post("/c/999999/graphql", data="{}", content_type="application/json").status_code == 404


def test_introspection_is_for_staff_and_development(stranger, gateway, applicant, world, settings) -> None:
    query = "{ __schema { queryType { name } } }"
    refused = stranger.ask(query, at=world.city)
    assert (refused.status, refused.codes) == (403, ["INTROSPECTION_REFUSED"])
    assert gateway(applicant).ask(query).codes == ["INTROSPECTION_REFUSED"]
    settings.DEBUG = True
    assert stranger.ask(query).data["__schema"]["queryType"]["name"] == "Query"


def test_graphiql_in_development_only(world, settings) -> None:
    client = Client(headers={"accept": "text/html"})
    assert client.get("/graphql").status_code == 400
    settings.DEBUG = True
    page = client.get("/graphql")
    assert page.status_code == 200
    html = page.content.decode()
    assert "vendor/graphiql/graphiql.min.js" in html
    assert "//" not in html.replace("</", "")  # nothing from another origin
