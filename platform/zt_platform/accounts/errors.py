"""What can go wrong with accounts, in words people can act on."""

from __future__ import annotations

from zt_tenants.errors import Conflict, DomainError, NotPermitted


class TooManyTries(DomainError):
    """A limit on guesses was reached; ``minutes`` until the next try counts."""

    code = "TOO_MANY_TRIES"
    zh = "尝试次数过多，请{minutes}分钟后再试。"
    en = "Too many attempts; try again in {minutes} minutes."


class SignInRefused(DomainError):
    """Unknown username, wrong password or closed account: the three are never told apart."""

    code = "SIGN_IN_REFUSED"
    zh = "用户名或密码不正确，请重新输入；连续失败多次后账户将暂时锁定。"
    en = "The username or password is wrong; after several failures the account is locked for a while."


class SignInRequired(NotPermitted):
    """Nobody is signed in."""

    code = "SIGN_IN_REQUIRED"
    zh = "请先登录。"
    en = "Sign in first."


class UsernameTaken(Conflict):
    """Another account has this username."""

    code = "USERNAME_TAKEN"
    zh = "用户名“{username}”已被使用，请换一个。"
    en = "The username “{username}” is taken; choose another."


class IdentityTaken(Conflict):
    """Another account was registered with this resident id."""

    code = "IDENTITY_TAKEN"
    zh = "该身份证号码已注册账户，请直接登录；如非本人注册，请持身份证到窗口处理。"
    en = "An account with this resident id exists: sign in, or bring the card to a window if it was not you."


class AlreadyAuthorised(Conflict):
    """The account already holds a live authorisation for this legal person."""

    code = "ALREADY_AUTHORISED"
    zh = "您已登记该单位的授权，如需变更请先撤销原授权。"
    en = "You already act for this organisation; revoke the present authorisation before entering another."
