"""What can be wrong with an archive. Nothing is ever half-made: no file after a failed export, no row after an import."""

from __future__ import annotations

from zt_tenants.errors import Conflict, DomainError


class ArchiveUnreadable(DomainError):
    """Not an archive, cut off, or altered."""

    code = "ARCHIVE_UNREADABLE"
    zh = "归档文件无法读取({detail}),未导入任何数据。请换用另一份备份。"
    en = "The archive cannot be read ({detail}); nothing was imported. Use another copy."


class ArchivePassphrase(DomainError):
    """The archive is sealed and the passphrase is missing or wrong (or the first part was altered)."""

    code = "ARCHIVE_PASSPHRASE"
    zh = "归档文件已加密，口令缺失或不正确，未导入任何数据。"
    en = "The archive is encrypted and the passphrase is missing or wrong; nothing was imported."


class ArchiveNewer(DomainError):
    """The archive was made by a newer release than this one."""

    code = "ARCHIVE_NEWER"
    zh = "归档文件来自更新的版本({detail}),请先升级本系统。"
    en = "The archive was made by a newer release ({detail}); upgrade this one first."


class ArchiveNotRestorable(DomainError):
    """The archive is whole, but the database would not take it; the import was rolled back."""

    code = "ARCHIVE_NOT_RESTORABLE"
    zh = "数据库拒绝了归档内容({detail}),导入已全部撤销。"
    en = "The database refused what the archive holds ({detail}); the whole import was undone."


class ArchiveNotWritten(DomainError):
    """The archive could not be written: a full disk, a missing folder, no right."""

    code = "ARCHIVE_NOT_WRITTEN"
    zh = "归档文件无法写入({detail}),没有留下不完整的文件。"
    en = "The archive could not be written ({detail}); no incomplete file was left."


class CentreLives(Conflict):
    """The centre of the archive is there; it is not overwritten by accident."""

    code = "CENTRE_LIVES"
    zh = "{centre} 仍在运行。要并排恢复一份供查阅，请用 --beside;要以归档替换，请用 --replace。"
    en = "{centre} is there. Restore a copy beside it with --beside, or replace it with --replace."


class CodeTaken(Conflict):
    """Another centre has the code under which the archive is to be restored."""

    code = "CODE_TAKEN"
    zh = "代码 {centre} 已被使用，请换一个代码。"
    en = "Code {centre} is taken; choose another one."
