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
    MERGED = "merged", _("已合并")  # its ties and its number lead to another person


class MaritalStatus(TextChoices):
    """GB/T 2261.2-2003"""

    SINGLE = "10", _("未婚")
    MARRIED = "20", _("已婚")
    FIRST_MARRIAGE = "21", _("初婚")
    REMARRIED = "22", _("再婚")
    REUNITED = "23", _("复婚")
    WIDOWED = "30", _("丧偶")
    DIVORCED = "40", _("离婚")
    NOT_STATED = "90", _("未说明的婚姻状况")


class Education(TextChoices):
    """GB/T 4658-2006, the levels in use"""

    POSTGRADUATE = "10", _("研究生教育")
    DOCTOR = "11", _("博士研究生毕业")
    MASTER = "14", _("硕士研究生毕业")
    UNDERGRADUATE = "20", _("大学本科教育")
    BACHELOR = "21", _("大学本科毕业")
    COLLEGE = "30", _("大学专科教育")
    COLLEGE_FINISHED = "31", _("大学专科毕业")
    VOCATIONAL = "40", _("中等职业教育")
    SECONDARY_SPECIAL = "41", _("中等专科毕业")
    VOCATIONAL_HIGH = "44", _("职业高中毕业")
    TECHNICAL = "47", _("技工学校毕业")
    SENIOR_HIGH = "60", _("普通高级中学教育")
    SENIOR_HIGH_FINISHED = "61", _("普通高中毕业")
    JUNIOR_HIGH = "70", _("初级中学教育")
    JUNIOR_HIGH_FINISHED = "71", _("初中毕业")
    PRIMARY = "80", _("小学教育")
    PRIMARY_FINISHED = "81", _("小学毕业")
    OTHER = "90", _("其他教育")


class PoliticalStatus(TextChoices):
    """GB/T 4762-1984"""

    PARTY_MEMBER = "01", _("中共党员")
    PROBATIONARY = "02", _("中共预备党员")
    LEAGUE_MEMBER = "03", _("共青团员")
    RCCK = "04", _("民革党员")
    CDL = "05", _("民盟盟员")
    CNDCA = "06", _("民建会员")
    CAPD = "07", _("民进会员")
    CPWDP = "08", _("农工党党员")
    ZHI_GONG = "09", _("致公党党员")
    JIU_SAN = "10", _("九三学社社员")
    TAIWAN_LEAGUE = "11", _("台盟盟员")
    NO_PARTY = "12", _("无党派人士")
    CITIZEN = "13", _("群众")


class Employment(TextChoices):
    """What the employment service distinguishes; no national table is exchanged for it."""

    EMPLOYED = "10", _("在职")
    FLEXIBLE = "20", _("灵活就业")
    UNEMPLOYED = "30", _("登记失业")
    HARD_TO_PLACE = "31", _("就业困难人员")
    RETIRED = "40", _("离退休")
    STUDENT = "50", _("在校学生")
    NOT_WORKING = "60", _("未就业")


class Pension(TextChoices):
    NONE = "0", _("未参加养老保险")
    EMPLOYEE = "1", _("职工养老保险")
    RESIDENT = "2", _("城乡居民养老保险")
    EMPLOYEE_DRAWING = "3", _("领取职工养老金")
    RESIDENT_DRAWING = "4", _("领取居民养老金")


class MedicalInsurance(TextChoices):
    NONE = "0", _("未参加医疗保险")
    EMPLOYEE = "1", _("职工医疗保险")
    RESIDENT = "2", _("城乡居民医疗保险")


class AidStatus(TextChoices):
    """社会救助 held now (民发〔2021〕57号, 民发〔2021〕43号)."""

    NONE = "0", _("未享受社会救助")
    LOW_INCOME = "1", _("最低生活保障")
    MARGINAL = "2", _("低保边缘家庭")
    EXTREME = "3", _("特困供养")


class DisabilityKind(TextChoices):
    """GB/T 26341-2010"""

    SIGHT = "1", _("视力残疾")
    HEARING = "2", _("听力残疾")
    SPEECH = "3", _("言语残疾")
    PHYSICAL = "4", _("肢体残疾")
    INTELLECTUAL = "5", _("智力残疾")
    MENTAL = "6", _("精神残疾")
    MULTIPLE = "7", _("多重残疾")


class DisabilityLevel(TextChoices):
    """GB/T 26341-2010, 1 the most severe"""

    ONE = "1", _("一级")
    TWO = "2", _("二级")
    THREE = "3", _("三级")
    FOUR = "4", _("四级")


class YesNo(TextChoices):
    NO = "0", _("否")
    YES = "1", _("是")


class TicketState(TextChoices):
    """数据冲突单: open until a person decides, or until the sources agree by themselves."""

    OPEN = "open", _("待处理")
    SETTLED = "settled", _("已裁定")
    AGREED = "agreed", _("来源已一致")


class OccupancyKind(TextChoices):
    REGISTERED = "registered", _("户籍")
    ACTUAL = "actual", _("现住")
    RENTED = "rented", _("租住")


class Relation(TextChoices):
    """GB/T 4761-2008, the codes of domain 3.4; the code is stored as it is exchanged."""

    SELF = "01", _("本人")
    HEAD = "02", _("户主")
    SPOUSE = "10", _("配偶")
    HUSBAND = "11", _("夫")
    WIFE = "12", _("妻")
    SON = "20", _("子")
    ONLY_SON = "21", _("独生子")
    ELDEST_SON = "22", _("长子")
    SECOND_SON = "23", _("次子")
    THIRD_SON = "24", _("三子")
    ADOPTED_SON = "27", _("养子或继子")
    SON_IN_LAW = "28", _("女婿")
    OTHER_SON = "29", _("其他儿子")
    DAUGHTER = "30", _("女")
    ONLY_DAUGHTER = "31", _("独生女")
    ELDEST_DAUGHTER = "32", _("长女")
    SECOND_DAUGHTER = "33", _("次女")
    ADOPTED_DAUGHTER = "37", _("养女或继女")
    DAUGHTER_IN_LAW = "38", _("儿媳")
    OTHER_DAUGHTER = "39", _("其他女儿")
    GRANDSON = "41", _("孙子")
    GRANDDAUGHTER = "42", _("孙女")
    DAUGHTERS_SON = "43", _("外孙子")
    DAUGHTERS_DAUGHTER = "44", _("外孙女")
    FATHER = "51", _("父亲")
    MOTHER = "52", _("母亲")
    FATHER_IN_LAW = "53", _("公公")
    MOTHER_IN_LAW = "54", _("婆婆")
    WIFES_FATHER = "55", _("岳父")
    WIFES_MOTHER = "56", _("岳母")
    STEPFATHER = "57", _("继父或养父")
    STEPMOTHER = "58", _("继母或养母")
    GRANDFATHER = "61", _("祖父")
    GRANDMOTHER = "62", _("祖母")
    MOTHERS_FATHER = "63", _("外祖父")
    MOTHERS_MOTHER = "64", _("外祖母")
    ELDER_BROTHER = "71", _("兄")
    BROTHER = "73", _("弟")
    ELDER_SISTER = "75", _("姐")
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


class EventKind(TextChoices):
    """人口变动: what happens to persons and households. Every change of state, place or household is one of these."""

    ENTERED = "entered", _("登记入库")
    BIRTH = "birth", _("出生")
    DEATH = "death", _("死亡")
    MOVE_IN = "move_in", _("迁入")
    MOVE_OUT = "move_out", _("迁出")
    MOVE = "move", _("市内迁移")
    MISSING = "missing", _("失踪")
    FOUND = "found", _("找回")
    SPLIT = "split", _("分户")
    JOIN = "join", _("入户")
    MARRIAGE = "marriage", _("婚入")
    HEAD = "head", _("变更户主")
    MERGED = "merged", _("合并档案")  # two entries were one human being; written by a merge alone
    CORRECTION = "correction", _("更正")


class Basis(TextChoices):
    """Two populations of one place: by the household register, and who lives there."""

    REGISTERED = "registered", _("户籍人口")
    ACTUAL = "actual", _("现住人口")


class Likeness(TextChoices):
    """What makes two entries look like one human being; the weights are in data/doubles.yaml."""

    NUMBER = "number", _("证件号码相同")
    NAME = "name", _("姓名相同")
    PINYIN = "pinyin", _("姓名读音相同")
    BIRTH = "birth", _("出生日期相同")
    BIRTH_NEAR = "birth_near", _("出生日期相近")
    PHONE = "phone", _("联系电话相同")
    ADDRESS = "address", _("现住地址相同")
    OTHER_NUMBER = "other_number", _("证件号码不同")
    OTHER_SEX = "other_sex", _("性别不同")


class DoubleState(TextChoices):
    """疑似重复: open until somebody who compared both decides."""

    OPEN = "open", _("待判断")
    NOT_SAME = "not_same", _("不是同一人")
    MERGED = "merged", _("已合并")


class CareBasis(TextChoices):
    """What allows a care flag (PIPL 13, 31)."""

    CONSENT = "consent", _("本人同意")
    GUARDIAN = "guardian", _("监护人同意")
    DUTY = "duty", _("履行法定职责")


class Severity(TextChoices):
    """How much harm a wrong entry does."""

    HIGH = "high", _("严重")
    MEDIUM = "medium", _("一般")
    LOW = "low", _("提示")
