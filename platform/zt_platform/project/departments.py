"""The demo's two departments: their folders, their invented records, their services in the province's register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zt_interop.departments.demo.department import own_signer
from zt_interop.departments.demo.records import (
    COMPANY_CHANGES,
    COMPANY_CHECK,
    IDENTITY_CHECK,
    MARKET_SUPERVISION,
    PUBLIC_SECURITY,
)
from zt_interop.departments.demo.registration import descriptions, registry_file, with_key
from zt_interop.departments.file_drop.folders import Folders
from zt_interop.departments.file_drop.writing import write_delivery
from zt_interop.departments.models import DataService, Grant
from zt_interop.departments.registration import export_registry
from zt_interop.departments.registry import GrantTerms, open_grant, register_service
from zt_platform.project.simulation.cast import Person, people
from zt_tenants.clock import now, today
from zt_tenants.models import Centre

DEPARTMENTS = (PUBLIC_SECURITY, MARKET_SUPERVISION)
_SERVICES = {IDENTITY_CHECK: PUBLIC_SECURITY, COMPANY_CHECK: MARKET_SUPERVISION, COMPANY_CHANGES: MARKET_SUPERVISION}
_GRANTED = {
    IDENTITY_CHECK: ("result",),
    COMPANY_CHECK: ("name", "status", "legal_representative", "address", "scope"),
    COMPANY_CHANGES: ("name", "status", "address"),
}
_DECEASED, _RENAMED = "applicant05", "applicant07"


def department_folder(home: Path, name: str) -> Path:
    """Where a demo department keeps its own things."""
    return home / "departments" / name


def prepare_folder(home: Path, name: str) -> Path:
    """A department's folder with its records (the played day's people and firms) and the keys it believes."""
    folder = department_folder(home, name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "records.json").write_text(json.dumps(_records(name), ensure_ascii=False, indent=1))
    export_registry(registry_file(folder))
    own_signer(folder, name)
    return folder


def _records(name: str) -> dict[str, Any]:
    cast = people()
    if name == PUBLIC_SECURITY:
        return {"people": [_person(person) for person in cast]}
    return {"companies": [_company(person) for person in cast if person.uscc]}


def _person(person: Person) -> dict[str, Any]:
    """One of them has died and one goes by another name, so that a clerk sees both."""
    return {
        "id_number": person.resident_id,
        "name": person.full_name + ("儿" if person.username == _RENAMED else ""),
        "address": f"安徽省{person.resident_id[:6]}区划内某街道1号",
        "deceased": person.username == _DECEASED,
    }


def _company(person: Person) -> dict[str, str]:
    return {
        "uscc": person.uscc,
        "name": person.firm,
        "status": "存续",
        "legal_representative": person.full_name,
        "address": "安徽省合肥市政务文化新区1号",
        "scope": "以市场监督管理部门核准的经营范围为准",
    }


def register_demo(home: Path, endpoints: Mapping[str, str]) -> None:
    """Register the demo's services as they answer now; every centre that has none gets a grant for each."""
    address = {code: endpoints[name] for code, name in _SERVICES.items() if code != COMPANY_CHANGES}
    for code, description in descriptions(endpoints=address, folder=COMPANY_CHANGES).items():
        signer = own_signer(department_folder(home, _SERVICES[code]), _SERVICES[code])
        register_service(code, with_key(description, signer))
        held = set(Grant.objects.filter(service__code=code).values_list("centre_id", flat=True))
        for centre in Centre.objects.open().exclude(id__in=held):
            terms = GrantTerms(
                fields=_GRANTED[code],
                purpose="受理政务服务事项时核验申请人",
                legal_basis="《优化营商环境条例》第三十七条",
                valid_from=today(),
            )
            open_grant(service_code=code, consumer=centre, terms=terms, by=None)


def deliver_changes(home: Path) -> None:
    """Leave tonight's company changes in the front-end machine's folder, as the department would."""
    folder = department_folder(home, MARKET_SUPERVISION)
    companies = json.loads((folder / "records.json").read_text())["companies"]
    lines = [
        "uscc,name,status,address",
        *(",".join(c[n] for n in ("uscc", "name", "status", "address")) for c in companies),
    ]
    write_delivery(
        Folders.of(DataService.objects.get(code=COMPANY_CHANGES)).incoming,
        {"changes.csv": ("\n".join([*lines, ""]).encode("gb18030"), len(companies))},
        service=COMPANY_CHANGES,
        signer=own_signer(folder, MARKET_SUPERVISION),
        as_of=now(),
        encoding="gb18030",
    )
