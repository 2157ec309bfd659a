"""The one mapper from errors to GraphQL answers, and the gateway's own errors.

A :class:`zt_tenants.errors.DomainError` is answered with its sentence in the active language and
``extensions {code, field, data}``. Anything unexpected is logged under a reference id and hidden behind ``INTERNAL``.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from zt_platform.web.outage import outage_behind
from zt_tenants.errors import DomainError, InvalidInput
from zt_tenants.language import bi
from zt_tenants.telemetry.instruments import REFUSED_ANSWERS
from zt_tenants.uuid7 import uuid7

logger = logging.getLogger(__name__)


class CentreRequired(DomainError):
    """The field belongs to a centre and was asked for at the portal."""

    code = "CENTRE_REQUIRED"
    zh = "此项内容属于某一政务服务中心，请改用该中心的接口地址(/c/行政区划代码/graphql)。"
    en = "This belongs to one centre; ask at that centre's endpoint (/c/<code>/graphql)."


class RequestRefused(DomainError):
    """The request as a whole is refused before anything is executed; ``status`` is the HTTP status."""

    code = "BAD_REQUEST"
    status = 400
    zh = "请求格式有误：应为含 query 的 JSON 对象。"
    en = "Malformed request: expected a JSON object with “query”."


class MethodRefused(RequestRefused):
    """A mutation over GET, or another method than GET and POST."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    zh = "修改操作须使用 POST 方法。"
    en = "Mutations need POST."


class ContentTypeRefused(RequestRefused):
    """Only JSON bodies: a form of another site can send anything else without asking first."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    zh = "请求正文须为 application/json。"
    en = "The body must be application/json."


class RequestTooLarge(RequestRefused):
    """The body or the query is too long."""

    code = "REQUEST_TOO_LARGE"
    status = 413
    zh = "请求过大(上限{limit}字节),请拆分后重试。"
    en = "The request is too large (at most {limit} bytes); split it."


class CsrfRefused(RequestRefused):
    """A session cookie without the matching CSRF token."""

    code = "CSRF_FAILED"
    status = 403
    zh = "页面已过期，请刷新后重试(缺少 X-CSRFToken)。"
    en = "The page is stale; reload it and try again (X-CSRFToken is missing or wrong)."


class UnknownOperation(RequestRefused):
    """``operationName`` names no operation, or is missing where the document holds several."""

    code = "UNKNOWN_OPERATION"
    zh = "请用 operationName 指明文档中的一个操作。"
    en = "Name one operation of the document in operationName."


class QueryTooDeep(RequestRefused):
    """The query nests deeper than the limit."""

    code = "QUERY_TOO_DEEP"
    zh = "查询嵌套{depth}层，超过上限{limit}层，请减少嵌套。"
    en = "The query is {depth} levels deep, more than {limit}; nest less."


class QueryTooCostly(RequestRefused):
    """The query's declared cost is over the limit."""

    code = "QUERY_TOO_COSTLY"
    zh = "查询开销{cost}超过上限{limit}，请减少字段或每页条数。"
    en = "The query costs {cost}, more than {limit}; ask for fewer fields or smaller pages."


class TooManyAliases(RequestRefused):
    """Too many aliases, or too many root fields in one mutation."""

    code = "TOO_MANY_ALIASES"
    zh = "查询中有{count}个别名或顶层操作，超过上限{limit}个，请拆分为多次请求。"
    en = "The query has {count} aliases or root fields, more than {limit}; split it into several requests."


class IntrospectionRefused(RequestRefused):
    """Introspection is for development and staff; the schema file is public instead."""

    code = "INTROSPECTION_REFUSED"
    status = 403
    zh = "自省查询仅对工作人员开放，接口说明请见随源码发布的 schema.graphql。"
    en = "Introspection is for staff; read schema.graphql in the source instead."


class InvalidCursor(InvalidInput):
    """A cursor that this connection of this centre did not make."""

    code = "INVALID_CURSOR"
    zh = "翻页位置无效，请从第一页重新查询。"
    en = "The cursor is not of this list; start again at the first page."


def plain(value: Any) -> Any:
    """A value of an error's data as JSON can carry it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return str(value)


def _camel(name: str | None) -> str | None:
    if name is None:
        return None
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def domain_answer(error: DomainError) -> dict[str, Any]:
    """A domain error as one GraphQL error: message, code, the argument that is wrong, data.

    An error that carries several (a form with many wrong answers) lists each under ``data.errors``; its fields are the
    form's own names, which are not arguments of the schema and stay as they are.
    """
    REFUSED_ANSWERS.labels("graphql", error.code).inc()
    data = {key: plain(value) for key, value in error.data.items()}
    several = getattr(error, "errors", ())
    if several:
        data["errors"] = [{"field": one.field, "code": one.code, "message": one.text()} for one in several]
    return {
        "message": error.text(),
        "extensions": {"code": error.code, "field": error.field if several else _camel(error.field), "data": data},
    }


def _unexpected(error: GraphQLError) -> dict[str, Any]:
    reference = uuid7().hex
    original = error.original_error
    logger.error("gateway error %s at %s", reference, error.path, exc_info=original or error)
    return {
        "message": bi(
            "系统内部错误，请稍后重试；如需协助，请提供编号{reference}。",
            "Something went wrong; try again later. Quote {reference} when you ask for help.",
            reference=reference,
        ),
        "extensions": {"code": "INTERNAL", "field": None, "data": {"reference": reference}},
    }


def _request_fault(error: GraphQLError) -> dict[str, Any]:
    code = "SYNTAX_ERROR" if isinstance(error, GraphQLSyntaxError) else "INVALID_DOCUMENT"
    return {"message": error.message, "extensions": {"code": code, "field": None, "data": {}}}


def answer(error: GraphQLError) -> dict[str, Any]:
    """Any error of parsing, validation, variables or execution as it is sent to the client."""
    original = error.original_error
    if isinstance(original, DomainError):
        body = domain_answer(original)
    elif original is None and error.path is None:
        body = _request_fault(error)
    elif original is None and isinstance(error, GraphQLError) and error.extensions and "code" in error.extensions:
        body = {"message": error.message, "extensions": error.extensions}
    elif (outage := outage_behind(original)) is not None:
        logger.warning("the gateway met an outage at %s: %s", error.path, type(original).__name__)
        body = domain_answer(outage)
    else:
        body = _unexpected(error)
    if error.locations:
        body["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        body["path"] = error.path
    return body
