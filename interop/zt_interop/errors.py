"""Why a message is refused: one class a reason, each with the code of docs/protocol.md (frozen v1).

Three flags tell the sender what the refusal means for its stream:

* ``retry``: the message itself may be good; try again later, signed afresh (a clock, a key, a gap);
* ``recorded``: the message was authentic and took its place in the sequence, so that the stream goes on behind it;
* neither: it never entered the stream, and its sequence goes to the next message.
"""

from __future__ import annotations

from typing import ClassVar

from zt_tenants.errors import DomainError


class MessageRefused(DomainError):
    """The receiver will not take a message. Nothing is created but a row in its refusal log."""

    code = "REFUSED"
    zh = "报文被拒收。"
    en = "The message was refused."
    retry: ClassVar[bool] = False
    recorded: ClassVar[bool] = False


class Malformed(MessageRefused):
    """Not the bytes the protocol describes: base64url, UTF-8, JSON, a key twice, a number outside I-JSON."""

    code = "MALFORMED"
    zh = "报文格式错误：{detail}。"
    en = "The message is malformed: {detail}."


class NotCanonical(MessageRefused):
    """The payload is valid JSON but not in its canonical form (RFC 8785), so its digest would be ambiguous."""

    code = "NOT_CANONICAL"
    zh = "报文内容不是规范化的JSON(RFC 8785)。"
    en = "The payload is not canonical JSON (RFC 8785)."


class TooLarge(MessageRefused):
    """More bytes than a message (1 MiB) or a batch (8 MiB) may have."""

    code = "TOO_LARGE"
    zh = "报文超过{limit}字节的上限。"
    en = "The message is larger than {limit} bytes."


class TooDeep(MessageRefused):
    """Objects and arrays nested deeper than the protocol allows."""

    code = "TOO_DEEP"
    zh = "报文嵌套超过{limit}层。"
    en = "The message is nested deeper than {limit} levels."


class HeaderInvalid(MessageRefused):
    """The protected header lacks a member, has one too many, or one of the wrong type."""

    code = "HEADER_INVALID"
    zh = "报文签名头不符合规定：{detail}。"
    en = "The protected header is not valid: {detail}."


class AlgorithmRefused(MessageRefused):
    """``alg`` is ``none`` or any other algorithm than the suite's own (RFC 8725, section 3.1)."""

    code = "ALGORITHM_REFUSED"
    zh = "不接受签名算法“{algorithm}”。"
    en = "The algorithm “{algorithm}” is not accepted."


class SuiteUnknown(MessageRefused):
    """The cryptographic suite named in the header is not known here."""

    code = "SUITE_UNKNOWN"
    zh = "不支持密码套件“{suite}”。"
    en = "The suite “{suite}” is not known here."


class KeyUnknown(MessageRefused):
    """No key with this ``kid`` is in the registry."""

    code = "KEY_UNKNOWN"
    zh = "密钥登记册中没有密钥“{kid}”。"
    en = "The key registry has no key “{kid}”."
    retry = True


class KeyRevoked(MessageRefused):
    """The key was revoked; nothing signed with it is taken any more, whatever date it bears."""

    code = "KEY_REVOKED"
    zh = "密钥“{kid}”已吊销。"
    en = "The key “{kid}” was revoked."
    retry = True


class KeyNotValid(MessageRefused):
    """The signature was made outside the key's validity."""

    code = "KEY_NOT_VALID"
    zh = "签名时密钥“{kid}”不在有效期内。"
    en = "The key “{kid}” was not valid when the signature was made."
    retry = True


class KeyUntrusted(MessageRefused):
    """The registry row is not vouched for by the province's root key."""

    code = "KEY_UNTRUSTED"
    zh = "密钥“{kid}”没有省级根密钥的有效背书。"
    en = "The key “{kid}” is not vouched for by the province's root key."
    retry = True


class SignatureInvalid(MessageRefused):
    """The signature does not verify: forged or altered."""

    code = "SIGNATURE_INVALID"
    zh = "签名验证失败，报文可能被伪造或篡改。"
    en = "The signature does not verify; the message was forged or altered."
    retry = True


class SignatureExpired(MessageRefused):
    """The signature's time has passed. The event itself does not expire: sign it afresh."""

    code = "SIGNATURE_EXPIRED"
    zh = "签名已过期，请重新签名后发送。"
    en = "The signature has expired; sign the event afresh."
    retry = True


class SignatureNotYetValid(MessageRefused):
    """The signature was made in the future: one of the two clocks is wrong."""

    code = "SIGNATURE_NOT_YET_VALID"
    zh = "签名时间晚于本机时间，请核对双方时钟。"
    en = "The signature lies in the future; compare the two clocks."
    retry = True


class Misaddressed(MessageRefused):
    """The message is for another centre."""

    code = "MISADDRESSED"
    zh = "报文的收件中心是“{destination}”，不是本中心“{here}”。"
    en = "The message is for “{destination}”, not for “{here}”."


class WrongSource(MessageRefused):
    """The event names another source than the centre the key belongs to."""

    code = "WRONG_SOURCE"
    zh = "报文声称来自“{source}”，但签名密钥属于“{owner}”。"
    en = "The event claims to come from “{source}”, but the key belongs to “{owner}”."


class EnvelopeInvalid(MessageRefused):
    """The CloudEvent lacks an attribute or has one that the envelope's schema forbids."""

    code = "ENVELOPE_INVALID"
    zh = "报文信封不符合规定：{detail}。"
    en = "The envelope is not valid: {detail}."


class BatchInvalid(MessageRefused):
    """The events of a batch are not those the manifest was signed over."""

    code = "BATCH_INVALID"
    zh = "批次与其签名清单不符：{detail}。"
    en = "The batch does not match its signed manifest: {detail}."


class ContentConflict(MessageRefused):
    """An event with this id was received before with other content: a replay under a borrowed id."""

    code = "CONTENT_CONFLICT"
    zh = "编号“{event_id}”的报文此前已收到，但内容不同。"
    en = "The event “{event_id}” was received before with other content."


class SequenceGap(MessageRefused):
    """Events before this one have not arrived; the sender must go back to ``expected``."""

    code = "SEQUENCE_GAP"
    zh = "报文序号不连续：应为{expected}，收到{sequence}。"
    en = "There is a gap: expected {expected}, received {sequence}."
    retry = True


class SequenceReused(MessageRefused):
    """Another event with this sequence was taken before: the sender's history has forked."""

    code = "SEQUENCE_REUSED"
    zh = "报文序号{sequence}已被另一报文使用(下一序号应为{expected}),请核对双方的流水。"
    en = "The sequence {sequence} belongs to another event (next is {expected}); compare the two streams."
    retry = True


class Busy(MessageRefused):
    """The receiver takes nothing for a moment; ``retry_at`` says when to come back."""

    code = "BUSY"
    zh = "本中心暂时繁忙，请于{retry_at}后再送。"
    en = "This centre is busy; come back at {retry_at}."
    retry = True


class LinkBroken(MessageRefused):
    """``prevhash`` is not the digest of the event before: the sender's history was changed."""

    code = "LINK_BROKEN"
    zh = "报文{sequence}的前序摘要与本中心所存不符，请核对双方的流水。"
    en = "The hash link of event {sequence} does not match the event before it; compare the two streams."
    retry = True


class MajorUnknown(MessageRefused):
    """The message type is known, its major version is not."""

    code = "MAJOR_UNKNOWN"
    zh = "不支持报文类型“{type}”的主版本。"
    en = "The major version of “{type}” is not known here."
    recorded = True


class TypeUnknown(MessageRefused):
    """No such message type."""

    code = "TYPE_UNKNOWN"
    zh = "没有报文类型“{type}”。"
    en = "There is no message type “{type}”."
    recorded = True


class SchemaInvalid(MessageRefused):
    """``data`` does not match the JSON Schema of its type."""

    code = "SCHEMA_INVALID"
    zh = "报文内容不符合“{type}”的规定：{detail}。"
    en = "The data does not match the schema of “{type}”: {detail}."
    recorded = True


class ReceiptInvalid(DomainError):
    """The answer to a delivery is not a receipt for what was sent."""

    code = "RECEIPT_INVALID"
    zh = "对方返回的回执无效：{detail}。"
    en = "The receipt is not valid: {detail}."


class FetchReplayed(MessageRefused):
    """The request was answered before; whoever copied it gets nothing."""

    code = "FETCH_REPLAYED"
    zh = "该附件请求已经使用过。"
    en = "This request for an attachment was used before."


class RangeInvalid(MessageRefused):
    """The range is empty or longer than one answer may be."""

    code = "RANGE_INVALID"
    zh = "附件请求的字节范围无效。"
    en = "The range asked for is empty or too long."


class DeliveryFailed(DomainError):
    """The message did not reach the destination; it will be tried again."""

    code = "DELIVERY_FAILED"
    zh = "报文未能送达：{detail}。系统将自动重试。"
    en = "The message was not delivered: {detail}. It will be tried again."


class NoAnswer(DeliveryFailed):
    """The destination did not answer at all, or not with a receipt: its circuit breaker counts this."""

    code = "NO_ANSWER"
    zh = "对方中心没有应答：{detail}。系统将自动重试。"
    en = "The destination did not answer: {detail}. It will be tried again."


class HistoryIncomplete(DomainError):
    """What the receiver lacks is neither in the queue nor in the log."""

    code = "HISTORY_INCOMPLETE"
    zh = "对方缺少报文{sequence},而本中心的队列与日志中均无此报文，请核对双方的流水。"
    en = "The destination lacks event {sequence}, which neither queue nor log has; compare the two streams."


class NoSigningKey(DomainError):
    """The centre has no valid key to sign with."""

    code = "NO_SIGNING_KEY"
    zh = "中心“{centre}”没有有效的签名密钥，请省级管理员签发。"
    en = "The centre “{centre}” has no valid signing key; the province must issue one."


class NoEncryptionKey(DomainError):
    """Personal data must be sealed for a centre elsewhere, and the registry has no key of it to seal to."""

    code = "NO_ENCRYPTION_KEY"
    zh = "发往外部中心“{centre}”的个人信息必须加密，但密钥登记册中没有其有效的加密密钥；请先导入（zhengtong keys import）。"
    en = (
        "What goes to “{centre}” outside this deployment must be encrypted, and the registry has no valid encryption key"
        " of it; import one first (zhengtong keys import)."
    )


class KeyNotHeld(DomainError):
    """The holder of the private keys has no such key of this centre."""

    code = "KEY_NOT_HELD"
    zh = "密钥库中没有密钥“{kid}”的私钥，请省级管理员换发密钥。"
    en = "The key store holds no private half of “{kid}”; the province must issue a new key."


class SignerUnreachable(DomainError):
    """The process that holds the keys does not answer; what needed it is tried again."""

    code = "SIGNER_UNREACHABLE"
    zh = "签名服务没有应答（{detail}），系统将自动重试；请检查 zhengtong signer 是否在运行。"
    en = "The signer does not answer ({detail}); it will be tried again. Check that zhengtong signer is running."


class SealKeyUnknown(MessageRefused):
    """The data were encrypted to a key that this centre does not hold; once it does, they can be opened."""

    code = "SEAL_KEY_UNKNOWN"
    zh = "本中心没有解密所需的密钥“{kid}”。"
    en = "This centre does not hold the key “{kid}” that the data are encrypted to."
    retry = True


class SealRefused(MessageRefused):
    """The signature is right, the encryption inside is not: made wrongly, or taken from another event."""

    code = "SEAL_REFUSED"
    zh = "报文的加密内容无法解开：{detail}。"
    en = "The encrypted data do not open: {detail}."
    recorded = True


class NoHandler(DomainError):
    """The message is good, but nothing here can act on its type yet; it waits."""

    code = "NO_HANDLER"
    zh = "本中心尚不能处理“{type}”类报文，已暂存待处理。"
    en = "Nothing here handles “{type}” yet; the message waits."


class SubjectDiffers(DomainError):
    """The payload is about another case than the envelope: order, parking and proof go by the envelope's."""

    code = "SUBJECT_DIFFERS"
    zh = "报文标明“{subject}”，内容却是“{found}”，不予执行；请对方更正后重发。"
    en = "The message is marked “{subject}” and speaks of “{found}”: it is not acted on; the sender must correct it."
