"""What can go wrong with departments and staff."""

from __future__ import annotations

from zt_tenants.errors import Conflict


class AlreadyPosted(Conflict):
    """The account holds a post in this centre already."""

    code = "ALREADY_POSTED"
    zh = "该账户已是本中心工作人员，请修改原岗位。"
    en = "This account is on the staff already; change the existing post."


class LastAdministrator(Conflict):
    """A centre without an administrator could never be given one again from its own pages."""

    code = "LAST_ADMINISTRATOR"
    zh = "{name}是本中心最后一位管理人员，请先为另一位人员设置中心管理岗位。"
    en = "{name} is the last administrator of this centre; give another colleague this role first."
