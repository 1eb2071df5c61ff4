"""What an item consists of, section by section: one definition for forms, differences, checks and their words.

The keys are those of the item files (data/README.md). A dot leads into a mapping: "limits.statutory.days".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from servicehall.catalogue import benefits, codes
from servicehall.catalogue.enums import ItemKind, ReplyOutcome, ReviewLevel

Text = str | Promise
Choices = Mapping[str, Text]

# How a value is written and read:
#   pair, pairlong  {zh, en}, on a line or on several      record  key and key_en beside it (laws)
#   line, text, number, money, day, flag                    words   a list of short texts, one a line
#   choice, many    of `choices`, or of what the pages look up by `among`
#   options, when, rule                                     answers of a choice; a condition; an eligibility rule
BILINGUAL = frozenset({"pair", "pairlong", "record"})


@dataclass(frozen=True, slots=True)
class Part:
    """`needed`: an item without it may not be published. `forced`: not even a draft goes without."""

    key: str
    label: Text
    kind: str
    hint: Text = ""
    choices: Choices = field(default_factory=dict)
    among: str = ""
    needed: bool = False
    forced: bool = False

    @property
    def root(self) -> str:
        return self.key.split(".")[0]


@dataclass(frozen=True, slots=True)
class Rows:
    """A list. `identity` is the key that rows are known by; `title` the part that names a row on pages."""

    key: str
    label: Text
    one: Text  # what a single one is called
    parts: Sequence[Part]
    title: str
    identity: str = ""
    intro: Text = ""


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: Text
    intro: Text = ""
    parts: Sequence[Part] = ()
    rows: Sequence[Rows] = ()

    @property
    def keys(self) -> list[str]:
        """The keys of the content that this section holds."""
        roots = [part.root for part in self.parts] + [rows.key for rows in self.rows]
        english = [f"{part.key}_en" for part in self.parts if part.kind == "record"]
        return list(dict.fromkeys([*roots, *english]))


UNITS: Choices = {"workday": _("工作日"), "day": _("天（自然日）"), "hour": _("小时")}
FIELD_TYPES: Choices = {
    "text": _("一行文字"), "longtext": _("多行文字"), "number": _("数字"), "money": _("金额（元）"), "date": _("日期"),
    "choice": _("选择一项"), "yesno": _("是或否"), "person": _("一个人（姓名和电话）"),
    "household_member": _("家庭成员"), "address": _("本市地址"), "file": _("上传文件"),
}  # fmt: skip
PREFILL: Choices = {
    "full_name": _("姓名"), "id_number": _("证件号码"), "phone": _("联系电话"), "sex": _("性别"),
    "birth_on": _("出生日期"), "ethnicity": _("民族"), "registered_address": _("户籍地址"),
    "actual_address": _("现住地址"), "household_members": _("家庭成员"), "household_size": _("家庭人口"),
    "bank_card": _("银行卡"), "disability_certificate": _("残疾人证"), "employment_status": _("就业状况"),
    "marital_status": _("婚姻状况"), "political_status": _("政治面貌"), "spouse_name": _("配偶姓名"),
}  # fmt: skip
CERTAINTIES: Choices = {
    "F": _("已对照规定原文"), "K+": _("通行规定，没有再次对照"), "K?": _("可能如此，还要核实"),
    "S": _("本市文件写明"), "D": _("自行确定"),
}  # fmt: skip
SOURCES: Choices = {
    "applicant": _("申请人自备"), "government": _("政府部门核发"), "other": _("其他"),
}  # fmt: skip
WHEN = Part("condition", _("什么情况下才要"), "when", _("不设条件就是都要。"))

SECTIONS: tuple[Section, ...] = (
    Section(
        "names", _("名称和窗口"), _("居民在首页和指南最上面看到的。"),
        parts=(
            Part("name", _("事项名称"), "pair", needed=True, forced=True),
            Part("short", _("一句话说明"), "pairlong", _("写给80岁老人看：给谁、得到什么。"), needed=True),
            Part("window", _("服务窗口"), "choice", among="windows", needed=True, forced=True),
            Part("department", _("主管部门"), "choice", among="departments", needed=True),
            Part("kind", _("办件类型"), "choice", choices=dict(ItemKind.choices), needed=True, forced=True),
            Part("apply_at", _("向哪里申请"), "choice", needed=True, forced=True, choices={
                "hukou": _("户籍所在地"), "residence": _("居住地"), "any": _("都可以"),
            }),
            Part("any_station", _("通办：任何服务站都能受理"), "flag"),
        ),
    ),
    Section(
        "eligible", _("受理条件"), _("指南上写给人看的条件，和系统在居民基础库里找人的条件。"),
        parts=(
            Part("eligible", _("谁可以办"), "pairlong", needed=True),
            Part("eligibility", _("系统按什么找人"), "rule", _("只用来告诉可能符合的人，不用来拒绝任何人。可以不设。")),
        ),
    ),
    Section(
        "situations", _("情形"), _("先问的几个问题，答案决定要哪些材料、填哪些内容。没有就不设。"),
        rows=(
            Rows("situations", _("情形"), pgettext_lazy("一个", "情形"), (
                Part("question", _("怎么问"), "pair", needed=True, forced=True),
                Part("options", _("可以怎么答"), "options", needed=True),
            ), title="question", identity="key"),
        ),
    ),
    Section(
        "fields", _("要填的内容"), _("姓名、证件、电话和地址系统里有，不用再问。"),
        rows=(
            Rows("pages", _("表单的页"), _("页"), (
                Part("title", _("页的标题"), "pair", needed=True, forced=True),
            ), title="title", identity="key", intro=_("手机上一次显示一页。")),
            Rows("fields", _("问题"), _("问题"), (
                Part("label", _("怎么问"), "pair", needed=True, forced=True),
                Part("hint", _("提示"), "pair"),
                Part("type", _("答案的种类"), "choice", choices=FIELD_TYPES, needed=True, forced=True),
                Part("options", _("可以怎么答"), "options"),
                Part("required", _("必填"), "flag"),
                Part("page", _("放在哪一页"), "choice", among="pages", needed=True, forced=True),
                Part("min", _("最少"), "number", _("数字和金额：下限；文字：最少字数；家庭成员：最少人数。")),
                Part("max", _("最多"), "number",
                     _("数字和金额：上限；文字：最多字数；家庭成员：最多人数；文件：最多几个。")),
                Part("prefill", _("从居民基础库带出"), "choice", choices=PREFILL),
                Part("must_be", _("必须回答"), "choice", _("例如同意授权：不这样答就不能提交。"), choices={
                    "yes": _("是"), "no": _("否"),
                }),
                Part("no_certificates", _("对照不予出具证明清单"), "flag",
                     _("答的是清单上的证明，就不收件，并告诉该去哪里。")),
                WHEN,
            ), title="label", identity="key"),
        ),
    ),
    Section(
        "materials", _("材料"), _("◎ 系统能查到的，不向申请人要（国务院令第716号第七条）。"),
        rows=(
            Rows("materials", _("材料"), pgettext_lazy("一个", "材料"), (
                Part("name", _("材料名称"), "pair", needed=True, forced=True),
                Part("note", _("办理说明"), "pair"),
                Part("use_note", _("使用说明"), "pair"),
                Part("shared", _("◎ 系统能查到，不用带"), "flag"),
                Part("form", _("按填的内容自动生成，只要签字"), "flag"),
                Part("field", _("用哪个问题的答案或文件代替"), "choice", among="fields"),
                Part("required", _("必备"), "flag"),
                Part("original_copies", _("原件份数"), "number"),
                Part("copies", _("复印件份数"), "number"),
                Part("source", _("来源渠道"), "choice", choices=SOURCES, needed=True, forced=True),
                Part("issued_by", _("出具机构"), "pair"),
                Part("deferrable", _("可以容缺受理，过后补交"), "flag", _("关键材料不能勾。")),
                Part("commitment", _("可以书面告知承诺代替"), "flag"),
                WHEN,
            ), title="name", identity="code"),
        ),
    ),
    Section(
        "cosign", _("家庭成员签字"), _("全家都受影响的事，成年家庭成员各自同意以后才受理。不需要就都不填。"),
        parts=(
            Part("cosign", _("谁要签字"), "choice", choices={
                "adults": _("表里填的、住在一起的每位成年家庭成员"),
            }),
            Part("cosign_text", _("同意什么"), "pairlong", _("签字的人读到的原文，写成“我知道并同意……”。")),
        ),
    ),
    Section(
        "levels", _("办理环节"), _("受理以后依次由谁办，最后一个环节作出决定。即办件不设环节。"),
        rows=(
            Rows("levels", _("办理环节"), _("环节"), (
                Part("level", _("哪一级"), "choice", choices=dict(ReviewLevel.choices), needed=True, forced=True),
                Part("limit_days", _("环节时限"), "number", _("按工作日算；各环节加起来不超过承诺时限。"),
                     needed=True, forced=True),
                Part("department", _("区级由哪个部门"), "choice", among="departments"),
                Part("appraisal", _("先民主评议，才能转下一环节"), "flag",
                     _("规定要社区评议的才勾。只在有异议时评议的不勾，处理异议时可以要求评议。")),
                Part("appraisal_when", _("什么情况下才评议"), "when", _("不设条件就是都要。")),
            ), title="level"),
        ),
    ),
    Section(
        "limits", _("时限和公示"),
        parts=(
            Part("limits.statutory.days", _("法定时限"), "number", needed=True, forced=True),
            Part("limits.statutory.unit", _("法定时限的单位"), "choice", choices=UNITS, needed=True, forced=True),
            Part("limits.statutory.extendable_days", _("可延长"), "number",
                 _("单位与法定时限相同；没有就填0。"), forced=True),
            Part("limits.promised.days", _("承诺时限"), "number", _("当场办结填0。"), needed=True, forced=True),
            Part("limits.promised.unit", _("承诺时限的单位"), "choice", choices=UNITS, needed=True, forced=True),
            Part("limits.note", _("时限说明"), "pair"),
            Part("special_procedures", _("特别程序"), "many", choices=codes.SPECIAL),
            Part("publicity_days", _("公示天数"), "number", _("不公示填0；公示不算在时限里。"), forced=True),
            Part("publicity_shows_names", _("公示时写姓名"), "flag"),
            Part("appraisal", _("准予以前要先民主评议"), "flag",
                 _("不论哪个环节组织，每一件都要评议的才勾。")),
        ),
    ),
    Section(
        "result", _("费用和结果"),
        parts=(
            Part("fee.amount", _("收费（元）"), "number", _("不收费填0。"), forced=True),
            Part("fee.note", _("收费说明"), "pair"),
            Part("fee.basis", _("收费依据"), "pair"),
            Part("result.name", _("办成得到什么"), "pair", needed=True),
            Part("result.sample", _("结果样本"), "pair"),
            Part("result.delivery", _("怎么拿到"), "many", needed=True, choices={
                "counter": _("窗口领取"), "post": _("邮寄"), "home": _("送上门"),
            }),
        ),
    ),
    Section(
        "benefit", _("待遇和认证"),
        _("准予以后持续给的钱或服务：系统据此记台账、提醒复核和认证，到期只提醒，不会自动停发。没有待遇的，名称和发放方式都不填。"),
        parts=(
            Part("benefit.name", _("待遇名称"), "pair"),
            Part("benefit.kind", _("和哪一种待遇是同一种"), "choice",
                 _("同一种待遇，新的决定接替旧的。和已有的都不同就不选。"), among="benefits"),
            Part("benefit.amount", _("标准（元）"), "money", _("人人一样的才填；由决定机构核定的不填。")),
            Part("benefit.period", _("怎么发"), "choice", choices=benefits.PERIODS),
            Part("benefit.starts", _("从哪个月算起"), "choice", choices=benefits.STARTS),
            Part("benefit.lasts_months", _("最长多少个月"), "number", _("没有期限就不填。")),
            Part("benefit.review_months", _("几个月复核一次"), "number", _("不用复核就不填。")),
            Part("benefit.life_proof_months", _("几个月做一次生存认证"), "number", _("不用认证就不填。")),
            Part("benefit.basis", _("待遇的依据"), "text", _("文号和怎么规定的。")),
            Part("benefit.certainty", _("待遇的把握程度"), "choice", choices=CERTAINTIES),
            Part("benefit.demo", _("待遇的规定还没有由本市确认"), "flag"),
            Part("proves_life", _("办成就算完成哪些待遇的生存认证"), "many", among="proved",
                 hint=_("例如养老金领取资格认证。别的事项不勾。")),
        ),
    ),
    Section(
        "service", _("办理方式"), _("GB/T 39046 要求写明的其他内容，填了的显示在指南里。"),
        parts=(
            Part("process", _("办理流程"), "pairlong"),
            Part("served", _("服务对象"), "many", choices=codes.SERVED),
            Part("handling", _("办理形式"), "many", choices=codes.HANDLING),
            Part("visits", _("到现场次数"), "number"),
            Part("online", _("可以网上办理"), "flag"),
            Part("booking", _("可以预约"), "flag"),
            Part("online_payment", _("可以网上支付"), "flag"),
            Part("express", _("可以快递送达"), "flag"),
            Part("place", _("办理地点"), "pair", _("就在服务站的不用写。")),
            Part("hours", _("办理时间"), "pair", _("与服务站相同的不用写。")),
            Part("contact", _("问谁"), "pairlong", needed=True),
            Part("phone", _("咨询电话"), "line"),
            Part("complaint_phone", _("监督电话"), "line"),
            Part("quantity_limit", _("数量限制"), "pair"),
            Part("joint_bodies", _("联办机构"), "pair"),
            Part("intermediary", _("中介服务"), "pair"),
        ),
    ),
    Section(
        "codes", _("编码和实施主体"), _("GB/T 39554：编码换成本地清单上的真实编码，系统会核对位数和校验码。"),
        parts=(
            Part("type_code", _("事项类型"), "choice", choices=codes.TYPES, needed=True, forced=True),
            Part("basic_code", _("基本编码"), "line", _("12位"), needed=True),
            Part("authority.name", _("实施主体"), "pair"),
            Part("authority.uscc", _("实施主体的统一社会信用代码"), "line", _("18位")),
            Part("authority.nature", _("实施主体性质"), "choice", choices=codes.NATURES),
            Part("exercised_at", _("行使层级"), "choice", choices=codes.LEVELS),
            Part("implementing_code", _("实施编码"), "line", _("31位")),
            Part("handling_code", _("业务办理项编码"), "line", _("33位")),
        ),
    ),
    Section(
        "basis", _("依据和来源"),
        parts=(
            Part("certainty", _("把握程度"), "choice", choices=CERTAINTIES, needed=True, forced=True),
            Part("certainty_note", _("哪里还没有把握"), "text"),
            Part("demo", _("还没有由本市确认，指南上注明以本地办事指南为准"), "flag"),
            Part("source", _("内容的来源"), "record", needed=True),
            Part("as_of", _("核对日期"), "day", needed=True, forced=True),
        ),
        rows=(
            Rows("basis", _("依据的规定"), _("规定"), (
                Part("title", _("文件名称"), "record", needed=True, forced=True),
                Part("number", _("文号"), "line"),
                Part("article", _("条款"), "record"),
                Part("source", _("把握程度"), "choice", choices=CERTAINTIES, needed=True, forced=True),
            ), title="title"),
        ),
    ),
    Section(
        "search", _("查找用的词"), _("居民平常怎么说，一行一个。拼音和首字母会自动认。"),
        parts=(
            Part("search.synonyms", _("中文说法"), "words", needed=True),
            Part("search.synonyms_en", _("英文说法"), "words", needed=True),
        ),
    ),
    Section(
        "faq", _("常见问题"),
        rows=(
            Rows("faq", _("常见问题"), _("问答"), (
                Part("q", _("问"), "pair", needed=True, forced=True),
                Part("a", _("答"), "pairlong", needed=True, forced=True),
            ), title="q"),
        ),
    ),
    Section(
        "replies", _("答复模板"), _("办理人员写意见时可以选用。花括号里的会换成这一件的内容。"),
        rows=(
            Rows("replies", _("答复模板"), _("模板"), (
                Part("outcome", _("用在什么时候"), "choice", choices=dict(ReplyOutcome.choices),
                     needed=True, forced=True),
                Part("name", _("模板名称"), "pair", needed=True, forced=True),
                Part("text", _("内容"), "pairlong",
                     _("可以用：{姓名}、{事项}、{编号}、{日期}、{承诺日期}、{机构}、{电话}。"
                       "英文写：{name}、{service}、{number}、{date}、{promised date}、{office}、{phone}。"),
                     needed=True, forced=True),
            ), title="name"),
        ),
    ),
)  # fmt: skip
BY_KEY = {section.key: section for section in SECTIONS}
# What a reply template may hold in braces; both names mean the same in either language.
REPLY_VARIABLES = {
    "applicant": {"zh": "姓名", "en": "name"},
    "item": {"zh": "事项", "en": "service"},
    "number": {"zh": "编号", "en": "number"},
    "today": {"zh": "日期", "en": "date"},
    "due": {"zh": "承诺日期", "en": "promised date"},
    "office": {"zh": "机构", "en": "office"},
    "phone": {"zh": "电话", "en": "phone"},
}


def rows_named(section: Section, key: str) -> Rows | None:
    return next((rows for rows in section.rows if rows.key == key), None)


def section_of(root: str) -> Section:
    """The section that holds a key of the content."""
    return next(section for section in SECTIONS if root in section.keys)


def value_at(content: Mapping[str, Any], path: str) -> Any:
    value: Any = content
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def put_at(content: dict[str, Any], path: str, value: Any) -> None:
    """Put a value in its place; what stood around it is copied, never changed."""
    name, _dot, rest = path.partition(".")
    if not rest:
        content[name] = value
        return
    inner = dict(content.get(name) or {})
    put_at(inner, rest, value)
    content[name] = inner


def read(part: Part, holder: Mapping[str, Any]) -> Any:
    """The value of a part; of a record as the pair that it is."""
    if part.kind == "record":
        zh, en = value_at(holder, part.key), value_at(holder, f"{part.key}_en")
        return {"zh": zh or "", "en": en or ""} if zh or en else None
    return value_at(holder, part.key)


def write(part: Part, holder: dict[str, Any], value: Any) -> None:
    if part.kind == "record":
        put_at(holder, part.key, (value or {}).get("zh") or None)
        put_at(holder, f"{part.key}_en", (value or {}).get("en") or None)
    else:
        put_at(holder, part.key, value)
