"""The fixed words of governance. What each role may do is data: roles.py seeds it, grants keep it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceLevel(TextChoices):
    """The levels of the one tree of places. No code may rely on how many lie between two of them."""

    CITY = "city", _("市")
    DISTRICT = "district", _("区")
    STREET = "street", _("街道(镇)")
    COMMUNITY = "community", _("社区")
    AREA = "area", _("片区")
    YARD = "yard", _("楼院")
    BUILDING = "building", _("栋")
    UNIT = "unit", _("单元")


# Under these a building stands.
ABOVE_BUILDINGS = (PlaceLevel.YARD, PlaceLevel.AREA, PlaceLevel.COMMUNITY)


class BodyKind(TextChoices):
    """Bodies are not places: each has its own life (domain S1–S4)."""

    GOVERNMENT = "government", _("人民政府")
    COMMUNITY_OFFICE = "community_office", _("社区办")
    DEPARTMENT = "department", _("部门")
    STREET_OFFICE = "street_office", _("街道办事处")
    PARTY_ORGANISATION = "party_organisation", _("社区党组织")
    RESIDENTS_COMMITTEE = "residents_committee", _("社区居民委员会")
    SERVICE_STATION = "service_station", _("社区服务站")


class Role(TextChoices):
    WINDOW_CLERK = "window_clerk", _("窗口人员")
    STATION_DIRECTOR = "station_director", _("服务站站长")
    COMMITTEE_MEMBER = "committee_member", _("居委会委员")
    COMMITTEE_DIRECTOR = "committee_director", _("居委会主任")
    PARTY_SECRETARY = "party_secretary", _("党组织书记")
    STREET_OFFICIAL = "street_official", _("街道工作人员")
    OFFICE_HEAD = "office_head", _("单位负责人")
    DISTRICT_OFFICE = "district_office", _("社区办工作人员")
    DEPARTMENT_OFFICIAL = "department_official", _("部门工作人员")
    LEADER = "leader", _("领导")
    AUDITOR = "auditor", _("审计员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    DATA_CLERK = "data_clerk", _("数据专员")


class PostBasis(TextChoices):
    """Three posts of one person rest on three legal bases (domain S7)."""

    PARTY = "party", _("党内任命或选举")
    ADMINISTRATIVE = "administrative", _("行政任命或聘任")
    ELECTION = "election", _("居民选举")


class Power(TextChoices):
    """What a post may do at a place and below it; the codename of a guardian permission on Place."""

    LIST_CASES = "list_cases", _("查看办件清单(脱敏)")
    READ_CASES = "read_cases", _("查看办件")
    ACCEPT_CASES = "accept_cases", _("受理办件")
    REVIEW_CASES = "review_cases", _("审核办件")
    DECIDE_CASES = "decide_cases", _("作出决定")
    ASSIGN_CASES = "assign_cases", _("分派办件")
    EXTEND_CASES = "extend_cases", _("批准延长办理期限")
    SUPERVISE = "supervise", _("监察办件、发督办")
    HANDLE_RATINGS = "handle_ratings", _("处理差评整改")
    FIND_PERSONS = "find_persons", _("查找居民")
    READ_PERSONS = "read_persons", _("查看居民档案")
    REVEAL_FIELDS = "reveal_fields", _("查看完整证件号和电话")
    REGISTER_PERSONS = "register_persons", _("登记居民")
    IMPORT_DATA = "import_data", _("导入部门数据")
    SETTLE_CONFLICTS = "settle_conflicts", _("处理数据冲突")
    MERGE_PERSONS = "merge_persons", _("合并重复的人员")
    MEND_DATA = "mend_data", _("核查居民数据")
    SEE_CARE = "see_care", _("查看服务关怀标签")
    SET_CARE = "set_care", _("设置服务关怀标签")
    EXPORT_DATA = "export_data", _("按模板导出数据")
    APPROVE_EXPORTS = "approve_exports", _("审批数据导出")
    EXCHANGE_DATA = "exchange_data", _("以本部门系统交换数据")
    REQUEST_REPORTS = "request_reports", _("向社区要报表")
    APPROVE_REPORTS = "approve_reports", _("审批报表需求")
    FILL_REPORTS = "fill_reports", _("填报或拒绝报表")
    REVIEW_CORRECTIONS = "review_corrections", _("审核居民的更正申请")
    EDIT_CATALOGUE = "edit_catalogue", _("编辑和发布事项")
    READ_FACTS = "read_facts", _("查看统计")
    HANDLE_MESSAGES = "handle_messages", _("处理未送达消息")
    READ_AUDIT = "read_audit", _("查看审计日志")
    SETUP = "setup", _("维护日历与基础设置")
    MANAGE_USERS = "manage_users", _("管理账号")
    GRANT = "grant", _("管理任职与授权")


class ApiScope(TextChoices):
    """What a token may be used for. It narrows what its owner may do, and never widens it."""

    ITEMS_READ = "items:read", _("读取办事指南")
    PLACES_READ = "places:read", _("读取地点和服务站")
    CASES_READ = "cases:read", _("查看办件")
    CASES_FILE = "cases:file", _("提交和撤回办件")
    DATA_PUSH = "data:push", _("报送部门数据")
    DATA_PULL = "data:pull", _("获取本部门可用的数据变更")
