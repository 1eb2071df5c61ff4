
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0007_catalogue_power'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='place',
            options={'default_permissions': (), 'ordering': ['path'], 'permissions': (('list_cases', '查看办件清单(脱敏)'), ('read_cases', '查看办件'), ('accept_cases', '受理办件'), ('review_cases', '审核办件'), ('decide_cases', '作出决定'), ('assign_cases', '分派办件'), ('extend_cases', '批准延长办理期限'), ('supervise', '监察办件、发督办'), ('find_persons', '查找居民'), ('read_persons', '查看居民档案'), ('reveal_fields', '查看完整证件号和电话'), ('register_persons', '登记居民'), ('import_data', '导入部门数据'), ('settle_conflicts', '处理数据冲突'), ('merge_persons', '合并重复的人员'), ('mend_data', '核查居民数据'), ('see_care', '查看服务关怀标签'), ('set_care', '设置服务关怀标签'), ('export_data', '按模板导出数据'), ('approve_exports', '审批数据导出'), ('exchange_data', '以本部门系统交换数据'), ('request_reports', '向社区要报表'), ('approve_reports', '审批报表需求'), ('fill_reports', '填报或拒绝报表'), ('review_corrections', '审核居民的更正申请'), ('edit_catalogue', '编辑和发布事项'), ('read_facts', '查看统计'), ('handle_messages', '处理未送达消息'), ('read_audit', '查看审计日志'), ('setup', '维护日历与基础设置'), ('manage_users', '管理账号'), ('grant', '管理任职与授权')), 'verbose_name': '地点', 'verbose_name_plural': '地点'},
        ),
    ]
