"""Loads a small province into the running site of the browser tests and prints who can sign in, as one line of JSON.

Run as a program with ``ZT_HOME`` of the running stack: it uses the services that ``zhengtong up`` runs there.
"""

from __future__ import annotations

import json

from zt_platform.project.cli.runtime import platform_running

CENTRES = {"340000", "340100", "340123", "341100", "341122"}
PASSWORD = "a long pass phrase for tests"
TOLERANT_ITEM = "BA-JT-04"
"""Whose list of coaches may follow after acceptance, at the county."""
APPLICANT = {
    "username": "zhangxiaoming",
    "full_name": "张小明",
    "phone": "13855501234",
    "resident_id": "340102199001011236",
}


def main() -> None:
    """Load the centres, their catalogue and staff, and one applicant."""
    with platform_running():
        from zt_platform.accounts.commands import register_account
        from zt_platform.cases.testing import Desk, allow
        from zt_platform.project.provinces import load_province
        from zt_tenants.centres import centre_by_code
        from zt_tenants.divisions import divisions_of

        load_province([one for one in divisions_of("340000") if one.code in CENTRES], password=PASSWORD)
        register_account(password=PASSWORD, **APPLICANT)
        tolerant = {"tolerance_days": 10, "tolerance_basis": "《优化营商环境条例》第十九条"}
        allow(Desk(centre_by_code("340123")), TOLERANT_ITEM, may_follow=["coach-list"], **tolerant)
        take_large_files("340100")
    people = {
        f"{post}-{code}": {"username": f"{post}-{code}", "password": PASSWORD}
        for code in sorted(CENTRES)
        for post in ("clerk", "reviewer", "approver", "head", "admin", "supervisor")
    }
    people["applicant"] = {**APPLICANT, "password": PASSWORD}
    print(json.dumps(people, ensure_ascii=False))


def take_large_files(code: str) -> None:
    """Let every document of a centre's items be as large as a building plan, so that uploads in parts can be tried."""
    from zt_platform.catalogue.models import Material
    from zt_tenants.context import enter

    with enter(code):
        Material.objects.update(max_size=64 * 1024 * 1024)


if __name__ == "__main__":
    main()
