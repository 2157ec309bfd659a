"""What a department hands to the province so that its services can be registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from zt_interop import signed
from zt_interop.departments.demo.records import COMPANY_CHANGES, COMPANY_CHECK, IDENTITY_CHECK
from zt_interop.keys.signing import StoredSigner
from zt_interop.suites import suite

_COMPANY_FIELDS: Final = (
    ("name", "企业名称", "Company name"),
    ("status", "登记状态", "Status"),
    ("legal_representative", "法定代表人", "Legal representative"),
    ("address", "住所", "Registered address"),
    ("scope", "经营范围", "Business scope"),
)
_USCC: Final = {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"}


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _object(properties: dict[str, Any], *, closed: bool = False, required: tuple[str, ...] = ()) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": "object", "properties": properties, "required": list(required)}
    return {**kind, "additionalProperties": False} if closed else kind


def _fields(*fields: tuple[str, str, str], sensitive: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [{"name": name, "zh": zh, "en": en, "sensitive": name in sensitive} for name, zh, en in fields]


def _company(adapter: str, endpoint: str) -> dict[str, Any]:
    answer = _object(
        {
            "uscc": _USCC,
            "name": _text(200),
            "status": {"enum": ["存续", "歇业", "吊销", "注销"]},
            "legal_representative": _text(120),
            "address": _text(300),
            "scope": _text(2000),
        }
    )
    return {
        "owner_name": "安徽省市场监督管理局",
        "owner_name_en": "Anhui Administration for Market Regulation",
        "adapter": adapter,
        "endpoint": endpoint,
        "parameters_schema": _object({"uscc": _USCC}, closed=True, required=("uscc",)),
        "answer_schema": answer,
        "fields": _fields(*_COMPANY_FIELDS, sensitive=("legal_representative",)),
        "subject_kind": "LEGAL_PERSON",
        "subject_parameter": "uscc",
        "verdict_field": "status",
        "good_verdicts": ["存续"],
        "purpose": "核验市场主体登记信息，减少申请人重复提交营业执照",
        "legal_basis": "《优化营商环境条例》第三十七条",
    }


def descriptions(*, endpoints: dict[str, str], folder: str) -> dict[str, dict[str, Any]]:
    """The demo's services by code; ``endpoints`` has the address of each that answers over HTTP, ``folder`` the drop's."""
    identity_answer = _object(
        {"result": {"enum": ["MATCH", "MISMATCH", "DECEASED"]}, "address": _text(300)}, required=("result",)
    )
    person = _object(
        {"name": _text(100), "id_number": {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"}},
        closed=True,
        required=("name", "id_number"),
    )
    return {
        IDENTITY_CHECK: {
            "name": "自然人身份核验",
            "name_en": "Identity check",
            "owner_name": "安徽省公安厅",
            "owner_name_en": "Anhui Department of Public Security",
            "adapter": "HTTP_JSON",
            "endpoint": endpoints[IDENTITY_CHECK],
            "parameters_schema": person,
            "answer_schema": identity_answer,
            "fields": _fields(
                ("result", "核验结果", "Result"),
                ("address", "户籍地址", "Registered address"),
                sensitive=("address",),
            ),
            "subject_kind": "PERSON",
            "subject_parameter": "id_number",
            "verdict_field": "result",
            "good_verdicts": ["MATCH"],
            "purpose": "核验申请人身份",
            "legal_basis": "《优化营商环境条例》第三十七条",
        },
        COMPANY_CHECK: {
            "name": "市场主体登记核验",
            "name_en": "Company check",
            **_company("HTTP_JSON", endpoints[COMPANY_CHECK]),
        },
        COMPANY_CHANGES: {
            "name": "市场主体变更信息",
            "name_en": "Company changes",
            **_company("FILE_DROP", folder),
        },
    }


def with_key(description: dict[str, Any], signer: StoredSigner) -> dict[str, Any]:
    """The description with the key that the department signs with."""
    public_key = suite(signer.suite_name).public_key_of(signer.private_key)
    return {
        **description,
        "key_id": signer.kid,
        "suite": signer.suite_name,
        "public_key": signed.encode(public_key).decode(),
    }


def registry_file(folder: Path) -> Path:
    """Where a department looks for the keys it believes."""
    return folder / "registry.json"
