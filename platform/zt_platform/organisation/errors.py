"""What can go wrong with departments and staff."""

from __future__ import annotations

from zt_tenants.errors import Conflict


class AlreadyPosted(Conflict):
    """The account holds a post in this centre already."""

    code = "ALREADY_POSTED"
    zh = "该账户已是本中心工作人员，请修改原岗位。"
    en = "This account is on the staff already; change the existing post."
