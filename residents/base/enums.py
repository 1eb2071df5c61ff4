"""Code tables of the resident base; the codes are those of the national standards (domain 3.4)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Sex(TextChoices):
    """GB/T 2261.1"""

    UNKNOWN = "0", _("未知的性别")
    MALE = "1", _("男性")
    FEMALE = "2", _("女性")
    NOT_STATED = "9", _("未说明的性别")


class DocumentType(TextChoices):
    RESIDENT_ID = "resident_id", _("居民身份证")
    BIRTH_CERTIFICATE = "birth_certificate", _("出生医学证明")
    HK_MO_TW_PERMIT = "hk_mo_tw_permit", _("港澳台居民居住证")
    FOREIGN_PERMANENT = "foreign_permanent", _("外国人永久居留身份证")
    NONE = "none", _("暂无证件")


class PersonState(TextChoices):
    ACTIVE = "active", _("在册")
    MOVED_OUT = "moved_out", _("已迁出")
    MISSING = "missing", _("失踪")
    DECEASED = "deceased", _("已故")


class OccupancyKind(TextChoices):
    REGISTERED = "registered", _("户籍")
    ACTUAL = "actual", _("现住")
    RENTED = "rented", _("租住")


class Relation(TextChoices):
    """GB/T 4761-2008, the relations in use; the code is stored as it is exchanged."""

    SELF = "01", _("本人")
    HEAD = "02", _("户主")
    SPOUSE = "10", _("配偶")
    SON = "20", _("子")
    DAUGHTER = "30", _("女")
    SON_IN_LAW = "28", _("女婿")
    DAUGHTER_IN_LAW = "38", _("儿媳")
    GRANDSON = "41", _("孙子")
    GRANDDAUGHTER = "42", _("孙女")
    DAUGHTERS_SON = "43", _("外孙子")
    DAUGHTERS_DAUGHTER = "44", _("外孙女")
    FATHER = "51", _("父亲")
    MOTHER = "52", _("母亲")
    FATHER_IN_LAW = "53", _("公公")
    MOTHER_IN_LAW = "54", _("婆婆")
    GRANDFATHER = "61", _("祖父")
    GRANDMOTHER = "62", _("祖母")
    BROTHER = "73", _("弟")
    SISTER = "77", _("妹")
    OTHER_RELATIVE = "97", _("其他亲属")
    NOT_RELATED = "99", _("非亲属")


# GB/T 3304-1991
# fmt: off
_ETHNIC_GROUPS = (
    _("汉族"), _("蒙古族"), _("回族"), _("藏族"), _("维吾尔族"), _("苗族"), _("彝族"), _("壮族"), _("布依族"),
    _("朝鲜族"), _("满族"), _("侗族"), _("瑶族"), _("白族"), _("土家族"), _("哈尼族"), _("哈萨克族"),
    _("傣族"), _("黎族"), _("傈僳族"), _("佤族"), _("畲族"), _("高山族"), _("拉祜族"), _("水族"), _("东乡族"),
    _("纳西族"), _("景颇族"), _("柯尔克孜族"), _("土族"), _("达斡尔族"), _("仫佬族"), _("羌族"), _("布朗族"),
    _("撒拉族"), _("毛南族"), _("仡佬族"), _("锡伯族"), _("阿昌族"), _("普米族"), _("塔吉克族"), _("怒族"),
    _("乌孜别克族"), _("俄罗斯族"), _("鄂温克族"), _("德昂族"), _("保安族"), _("裕固族"), _("京族"), _("塔塔尔族"),
    _("独龙族"), _("鄂伦春族"), _("赫哲族"), _("门巴族"), _("珞巴族"), _("基诺族"),
)
# fmt: on
ETHNIC_GROUPS: dict[str, str | Promise] = {
    **{f"{number:02d}": name for number, name in enumerate(_ETHNIC_GROUPS, start=1)},
    "97": _("其他"),
    "98": _("外国血统中国籍人士"),
}


class ClaimPurpose(TextChoices):
    """What a proof of identity is for. A code for one purpose opens nothing else."""

    REGISTER = "register", _("注册账号")
    RESET = "reset", _("重设密码")
    COUNTER = "counter", _("窗口开通")


class Purpose(TextChoices):
    """Why a clerk opens a file; stands in the audit trail and in 谁看过我的信息."""

    AT_COUNTER = "at_counter", _("本人到窗口办事")
    CASE = "case", _("办理办件")
    PHONE = "phone", _("电话咨询")
    VISIT = "visit", _("上门服务")
    CORRECTION = "correction", _("核对更正信息")
    OTHER = "other", _("其他(须写明)")


class RevealReason(TextChoices):
    """Why a masked value is shown in full; stands in the audit trail and in 谁看过我的信息."""

    DOCUMENT = "document", _("核对证件原件")
    CONTACT = "contact", _("与本人联系")
    FORM = "form", _("填写或核对表格")
