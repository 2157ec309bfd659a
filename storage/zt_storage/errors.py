"""Errors of storage. ``StorageUnavailable`` alone is transient: the same call may succeed later."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import override

from zt_tenants.errors import Conflict, DomainError, InvalidInput
from zt_tenants.language import bilingual


class RejectReason(models.TextChoices):
    """Why an uploaded file was not taken."""

    SIZE = "SIZE", bilingual("文件大小与登记的不一致", "the size is not the one that was announced")
    TYPE = "TYPE", bilingual("文件内容与其类型不符", "the content is not of the announced type")
    DOUBLE = "DOUBLE", bilingual("文件内夹带另一种格式的内容", "the file carries a second format inside")
    MACRO = "MACRO", bilingual("文档含有宏", "the document contains macros")
    DAMAGED = "DAMAGED", bilingual("文件不完整或已损坏", "the file is incomplete or damaged")


class StorageUnavailable(DomainError):
    """The object store does not answer or is overloaded: try again later."""

    code = "STORAGE_UNAVAILABLE"
    transient: ClassVar[bool] = True
    zh = "文件存储暂时不可用，请稍后重试。"
    en = "The file store is not available at the moment; try again shortly."


class StorageRefused(DomainError):
    """The object store refuses the call (rights, configuration); repeating it does not help."""

    code = "STORAGE_REFUSED"
    zh = "文件存储拒绝了请求({reason})，请联系系统管理员。"
    en = "The file store refused the request ({reason}); tell the operator."


class ObjectMissing(DomainError):
    """An object that is recorded is not in the store."""

    code = "OBJECT_MISSING"
    zh = "存储中没有文件“{key}”，请重新上传或请对方中心补发。"
    en = "The store holds no file “{key}”; upload it again or ask the other centre to send it again."


class UploadNotArrived(Conflict):
    """The upload is to be confirmed, but the bytes have not arrived."""

    code = "UPLOAD_NOT_ARRIVED"
    zh = "文件“{file_name}”还没有传完，请重新上传。"
    en = "“{file_name}” has not arrived; upload it again."


class UploadBeingChecked(Conflict):
    """A large file has arrived and is being read by a worker; the same call answers when that is done."""

    code = "UPLOAD_BEING_CHECKED"
    zh = "文件“{file_name}”已传完，正在核对，请稍候再试。"
    en = "“{file_name}” has arrived and is being checked; ask again in a moment."


class PartDiffers(Conflict):
    """A part was announced before with another digest: this is not the file that was begun."""

    code = "PART_DIFFERS"
    zh = "这不是上次没传完的那个文件(第{number}段内容不同)，请取消后重新上传。"
    en = "This is not the file that was begun (part {number} differs); cancel that upload and begin anew."


class UploadRejected(DomainError):
    """What arrived is not what was announced; ``reason`` is a :class:`RejectReason`."""

    code = "UPLOAD_REJECTED"
    zh = "文件“{file_name}”未通过检查：{why_zh}。请换一份文件重新上传。"
    en = "“{file_name}” was not accepted: {why_en}. Upload another file."

    def __init__(self, *, reason: RejectReason, file_name: str) -> None:
        with override("zh-hans"):
            why_zh = str(reason.label)
        with override("en"):
            why_en = str(reason.label)
        super().__init__(field="file", reason=str(reason.value), file_name=file_name, why_zh=why_zh, why_en=why_en)

    @property
    def reason(self) -> RejectReason:
        """Why."""
        return RejectReason(self.data["reason"])


class FileTooLarge(InvalidInput):
    """More bytes than the material allows."""

    code = "FILE_TOO_LARGE"
    zh = "文件大小超过 {limit_mib} MB,请压缩后重新上传。"
    en = "The file is larger than {limit_mib} MB; make it smaller and upload it again."


class FileTypeNotAccepted(InvalidInput):
    """A kind of file that the material does not take."""

    code = "FILE_TYPE_NOT_ACCEPTED"
    zh = "不支持这种文件，请上传 {accepted} 格式。"
    en = "This kind of file is not accepted; upload one of: {accepted}."


class TooManyOpenUploads(Conflict):
    """One account opened many uploads and finished none of them."""

    code = "TOO_MANY_OPEN_UPLOADS"
    zh = "未完成的上传超过 {limit} 个，请先完成或等待其过期({minutes} 分钟)。"
    en = "More than {limit} uploads are unfinished; finish them or wait {minutes} minutes."


class TooManyLargeUploads(Conflict):
    """One account has several large files under way in this centre."""

    code = "TOO_MANY_LARGE_UPLOADS"
    zh = "同时只能传{limit}个大文件，请先传完或取消其中一个。"
    en = "Only {limit} large files at a time; finish or cancel one of them."


class ManifestRefused(DomainError):
    """A manifest that names what its sender may not name, or names it wrongly; nothing is copied."""

    code = "MANIFEST_REFUSED"
    zh = "材料清单有误({reason})，未接收任何文件。"
    en = "The material manifest is not acceptable ({reason}); nothing was copied."


class DigestMismatch(DomainError):
    """The bytes are not the ones that were promised."""

    code = "DIGEST_MISMATCH"
    zh = "文件“{file_name}”的摘要与清单不符，请对方中心重新发送。"
    en = "The digest of “{file_name}” differs from the manifest; ask the other centre to send it again."

    def __init__(self, *, file_name: str, **data: Any) -> None:
        super().__init__(file_name=file_name, **data)
