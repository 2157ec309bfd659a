"""Why a data service is not asked, or its answer not taken."""

from __future__ import annotations

from zt_tenants.errors import DomainError, NotPermitted


class ServiceUnknown(DomainError):
    """No active service has this code."""

    code = "SERVICE_UNKNOWN"
    zh = "没有登记代码为“{service}”的数据服务，请核对代码，或请省级中心登记。"
    en = "No data service “{service}” is registered; check the code or ask the province to register it."


class NotGranted(NotPermitted):
    """The consumer has no grant for the service."""

    code = "SERVICE_NOT_GRANTED"
    zh = "本中心(部门)没有使用“{service}”的授权，请向省级中心申请。"
    en = "This centre or department has no grant for “{service}”; ask the province for one."


class GrantEnded(NotPermitted):
    """There was a grant, or there will be one, but today it is not in force."""

    code = "SERVICE_GRANT_ENDED"
    zh = "本中心使用“{service}”的授权已撤销、到期或尚未生效，请向省级中心续期。"
    en = "This centre's grant for “{service}” was revoked, has ended or has not begun; ask the province to renew it."


class FieldNotGranted(NotPermitted):
    """A field was asked for that the grant does not name."""

    code = "FIELD_NOT_GRANTED"
    zh = "授权不含字段“{fields}”，请去掉这些字段，或向省级中心申请扩大授权。"
    en = "The grant does not cover “{fields}”; leave these fields out or ask the province for a wider grant."


class ParametersInvalid(DomainError):
    """The parameters do not match the service's schema."""

    code = "PARAMETERS_INVALID"
    zh = "查询条件不符合“{service}”的规定：{detail}。请改正后再查。"
    en = "The parameters do not match what “{service}” takes: {detail}. Correct them and ask again."


class TooManyCalls(DomainError):
    """The grant's calls of this minute are used up."""

    code = "TOO_MANY_CALLS"
    transient = True
    zh = "一分钟内对“{service}”的查询已达{limit}次，请一分钟后再试。"
    en = "“{service}” was asked {limit} times within a minute; try again in a minute."


class QueueFull(DomainError):
    """The service is away and as many calls of this centre wait as may."""

    code = "QUEUE_FULL"
    transient = True
    zh = "“{service}”暂时无法连接，本中心已有{limit}个查询在排队，请待其恢复后再查。"
    en = "“{service}” is away and {limit} calls of this centre already wait; ask again when it is back."


class EndpointRefused(DomainError):
    """The address is not on the operator's list, or not one that may be called."""

    code = "ENDPOINT_REFUSED"
    zh = "地址“{origin}”不在允许的部门接口名单(ZT_DEPARTMENT_ORIGINS)内，请联系运维人员核准。"
    en = "“{origin}” is not among the allowed origins (ZT_DEPARTMENT_ORIGINS); ask the operator to allow it."


class ServiceAway(DomainError):
    """No answer: the call is queued and tried again."""

    code = "SERVICE_AWAY"
    transient = True
    zh = "“{service}”没有应答({detail}),查询已排队，恢复后自动完成。"
    en = "“{service}” did not answer ({detail}); the call waits and is made when it is back."


class AnswerRefused(DomainError):
    """An answer came that cannot be believed: forged, altered, replayed, for another question, outside its schema."""

    code = "ANSWER_REFUSED"
    zh = "“{service}”的应答不可采信：{detail}。查询已排队重试，请通知该部门核对。"
    en = "The answer of “{service}” cannot be believed: {detail}. It is asked again; tell the department to check."


class NoAnswerInTime(DomainError):
    """The call waited as long as it may."""

    code = "NO_ANSWER_IN_TIME"
    zh = "“{service}”在规定时间内未能应答，请重新核验，或查验原件。"
    en = "“{service}” did not answer in time; check again, or inspect the original document."


class ServiceInvalid(DomainError):
    """What is to be registered is not a service; ``field`` names the part."""

    code = "SERVICE_INVALID"
    zh = "数据服务登记内容有误：{detail}。请改正后重新登记。"
    en = "The data service cannot be registered: {detail}. Correct it and register again."
