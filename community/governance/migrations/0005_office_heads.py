from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('governance', '0004_exchange_power'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='place',
            options={'default_permissions': (), 'ordering': ['path'], 'permissions': (('list_cases', '查看办件清单(脱敏)'), ('read_cases', '查看办件'), ('accept_cases', '受理办件'), ('review_cases', '审核办件'), ('decide_cases', '作出决定'), ('assign_cases', '分派办件'), ('extend_cases', '批准延长办理期限'), ('find_persons', '查找居民'), ('read_persons', '查看居民档案'), ('reveal_fields', '查看完整证件号和电话'), ('register_persons', '登记居民'), ('import_data', '导入部门数据'), ('settle_conflicts', '处理数据冲突'), ('merge_persons', '合并重复的人员'), ('mend_data', '核查居民数据'), ('see_care', '查看服务关怀标签'), ('set_care', '设置服务关怀标签'), ('export_data', '按模板导出数据'), ('approve_exports', '审批数据导出'), ('exchange_data', '以本部门系统交换数据'), ('request_reports', '向社区要报表'), ('approve_reports', '审批报表需求'), ('fill_reports', '填报或拒绝报表'), ('review_corrections', '审核居民的更正申请'), ('read_facts', '查看统计'), ('handle_messages', '处理未送达消息'), ('read_audit', '查看审计日志'), ('setup', '维护日历与基础设置'), ('manage_users', '管理账号'), ('grant', '管理任职与授权')), 'verbose_name': '地点', 'verbose_name_plural': '地点'},
        ),
        migrations.RemoveConstraint(
            model_name='post',
            name='post_role_known',
        ),
        migrations.AlterField(
            model_name='post',
            name='role',
            field=models.CharField(choices=[('window_clerk', '窗口人员'), ('station_director', '服务站站长'), ('committee_member', '居委会委员'), ('committee_director', '居委会主任'), ('party_secretary', '党组织书记'), ('street_official', '街道工作人员'), ('office_head', '单位负责人'), ('district_office', '社区办工作人员'), ('department_official', '部门工作人员'), ('leader', '领导'), ('auditor', '审计员'), ('system_admin', '系统管理员'), ('security_admin', '安全管理员'), ('data_clerk', '数据专员')], max_length=24, verbose_name='角色'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['window_clerk', 'station_director', 'committee_member', 'committee_director', 'party_secretary', 'street_official', 'office_head', 'district_office', 'department_official', 'leader', 'auditor', 'system_admin', 'security_admin', 'data_clerk'])), name='post_role_known'),
        ),
    ]
