"""What the clock of the law does not allow: corrections, silence, special procedures, extension (art. 32, 42, 45, 50)."""

from __future__ import annotations

from zt_tenants.errors import Conflict, InvalidInput


class SecondCorrection(Conflict):
    """Art. 32: everything to be corrected is told once."""

    code = "SECOND_CORRECTION"
    zh = "补正只能一次性告知(行政许可法第三十二条),本件已告知过补正；材料仍不符合的，请作出受理或不予受理决定。"
    en = "Corrections are asked once (Licensing Law, art. 32) and were asked already; accept or refuse the application."


class DeemedAccepted(Conflict):
    """Art. 32: nothing was said within five working days, so the application counts as accepted."""

    code = "DEEMED_ACCEPTED"
    zh = "收到申请已逾五个工作日未告知补正，依照行政许可法第三十二条自收到之日起即为受理，请直接受理。"
    en = "Five working days have passed; the application counts as accepted since its receipt (art. 32). Accept it."


class DeemedGranted(Conflict):
    """The limit has passed and silence counts as a grant: by the law (art. 50) or by the centre's own rule (G-05)."""

    code = "DEEMED_GRANTED"
    zh = "期限已于{limit}届满而未作决定，本件自届满时起视为准予；文书正在出具，请稍后刷新页面。"
    en = "The limit ended on {limit} without a decision: it counts as granted. The paper is being issued; reload."


class CorrectionNotYetAsked(Conflict):
    """A second notice follows a first one."""

    code = "CORRECTION_NOT_YET_ASKED"
    zh = "本件尚未告知过补正，请由窗口人员一次性告知。"
    en = "No correction has been asked yet; the window asks for it, once."


class MaterialsComeByCorrection(Conflict):
    """Before acceptance the application itself is amended."""

    code = "MATERIALS_COME_BY_CORRECTION"
    zh = "本件尚未受理，材料请在补正时一并提交。"
    en = "The application is not accepted yet; hand materials in with the correction."


class SiteSurveyCounts(InvalidInput):
    """Art. 45 does not list the site survey, so its time counts."""

    code = "SITE_SURVEY_COUNTS"
    zh = "现场踏勘不在行政许可法第四十五条所列程序之内，所需时间计入办理期限。"
    en = "A site survey is not among the procedures of art. 45 of the Licensing Law: its time counts."


class ProcedureRunning(Conflict):
    """The same procedure runs already."""

    code = "PROCEDURE_RUNNING"
    zh = "该程序正在进行，请先结束再重新开始。"
    en = "This procedure is running; end it before it begins again."


class NoSuchProcedure(InvalidInput):
    """None runs, or several do and none was chosen."""

    code = "NO_SUCH_PROCEDURE"
    zh = "请选择要结束的特别程序。"
    en = "Choose the special procedure that has ended."


class ExtensionAsked(Conflict):
    """An extension waits for its answer."""

    code = "EXTENSION_ASKED"
    zh = "已提请延长期限，请等待部门负责人批准。"
    en = "An extension was asked for; the head of the department has to answer first."


class ExtensionNotAsked(Conflict):
    """The head answers what was asked."""

    code = "EXTENSION_NOT_ASKED"
    zh = "没有待批准的延长期限申请，请由审核人员先提请。"
    en = "No extension was asked for; the reviewer asks first."


class ExtendedOnce(Conflict):
    """Art. 42 knows one extension."""

    code = "EXTENDED_ONCE"
    zh = "期限只能延长一次（行政许可法第四十二条），本件已延长过，请尽快作出决定。"
    en = "A limit is extended once (Licensing Law, art. 42) and was extended already; decide now."


class ExtensionTooLate(Conflict):
    """Art. 42: extended is what cannot be decided within the limit."""

    code = "EXTENSION_TOO_LATE"
    zh = "法定期限已过，不能再延长（行政许可法第四十二条），请立即作出决定。"
    en = "The statutory limit has passed and cannot be extended any more (Licensing Law, art. 42); decide at once."
