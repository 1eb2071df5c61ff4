import common.ids
import community.governance.models.body
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkCalendarDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False, verbose_name='日期')),
                ('is_workday', models.BooleanField(verbose_name='上班')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                ('source', models.CharField(max_length=120, verbose_name='来源')),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '工作日历',
                'verbose_name_plural': '工作日历',
                'ordering': ['day'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('level', models.CharField(choices=[('city', '市'), ('district', '区'), ('street', '街道(镇)'), ('community', '社区'), ('area', '片区'), ('yard', '楼院'), ('building', '栋'), ('unit', '单元')], max_length=10, verbose_name='层级')),
                ('code', models.CharField(max_length=24, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('path', models.CharField(max_length=200, unique=True)),
                ('is_provisional', models.BooleanField(default=False, verbose_name='暂定')),
                ('source', models.CharField(blank=True, max_length=120, verbose_name='来源')),
                ('valid_from', models.DateField(verbose_name='启用')),
                ('valid_to', models.DateField(null=True, verbose_name='撤销')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='governance.place')),
            ],
            options={
                'verbose_name': '地点',
                'verbose_name_plural': '地点',
                'ordering': ['path'],
                'permissions': (('list_cases', '查看办件清单(脱敏)'), ('read_cases', '查看办件'), ('accept_cases', '受理办件'), ('review_cases', '审核办件'), ('decide_cases', '作出决定'), ('assign_cases', '分派办件'), ('extend_cases', '批准延长办理期限'), ('supervise', '监察办件、发督办'), ('handle_ratings', '处理差评整改'), ('find_persons', '查找居民'), ('read_persons', '查看居民档案'), ('reveal_fields', '查看完整证件号和电话'), ('register_persons', '登记居民'), ('import_data', '导入部门数据'), ('settle_conflicts', '处理数据冲突'), ('merge_persons', '合并重复的人员'), ('mend_data', '核查居民数据'), ('see_care', '查看服务关怀标签'), ('set_care', '设置服务关怀标签'), ('export_data', '按模板导出数据'), ('approve_exports', '审批数据导出'), ('exchange_data', '以本部门系统交换数据'), ('request_reports', '向社区要报表'), ('approve_reports', '审批报表需求'), ('fill_reports', '填报或拒绝报表'), ('review_corrections', '审核居民的更正申请'), ('edit_catalogue', '编辑和发布事项'), ('read_facts', '查看统计'), ('handle_messages', '处理未送达消息'), ('read_audit', '查看审计日志'), ('setup', '维护日历与基础设置'), ('manage_users', '管理账号'), ('grant', '管理任职与授权')),
                'default_permissions': (),
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass('path', 'text_pattern_ops'), name='place_path_prefix'), models.Index(fields=['parent', 'code'], name='place_children'), models.Index(fields=['level', 'code'], name='place_by_level')],
                'constraints': [models.CheckConstraint(condition=models.Q(('level__in', ['city', 'district', 'street', 'community', 'area', 'yard', 'building', 'unit'])), name='place_level_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='place_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='代码')),
                ('kind', models.CharField(choices=[('government', '人民政府'), ('community_office', '社区办'), ('department', '部门'), ('street_office', '街道办事处'), ('party_organisation', '社区党组织'), ('residents_committee', '社区居民委员会'), ('service_station', '社区服务站')], max_length=24, verbose_name='类别')),
                ('key', models.CharField(max_length=30, verbose_name='职能')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('lines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='电话')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='地址')),
                ('address_en', models.CharField(blank=True, max_length=160)),
                ('hours', models.JSONField(default=list, verbose_name='服务时间')),
                ('opens_at', models.TimeField(default='09:00', verbose_name='上班')),
                ('closes_at', models.TimeField(default='17:30', verbose_name='下班')),
                ('is_provisional', models.BooleanField(default=False, verbose_name='暂定')),
                ('valid_from', models.DateField(verbose_name='成立')),
                ('valid_to', models.DateField(null=True, verbose_name='撤销')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='governance.place')),
            ],
            options={
                'verbose_name': '机构',
                'verbose_name_plural': '机构',
                'ordering': ['code'],
                'indexes': [models.Index(fields=['place', 'kind'], name='body_of_place')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['government', 'community_office', 'department', 'street_office', 'party_organisation', 'residents_committee', 'service_station'])), name='body_kind_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='body_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='PlaceGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='governance.place')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'verbose_name': '授权',
                'verbose_name_plural': '授权',
                'abstract': False,
                'unique_together': {('group', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='PlaceSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_on', models.DateField(verbose_name='生效')),
                ('document_no', models.CharField(max_length=60, verbose_name='批准文号')),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='governance.place')),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='governance.place')),
            ],
            options={
                'verbose_name': '承继',
                'verbose_name_plural': '承继',
                'constraints': [models.UniqueConstraint(models.F('predecessor'), models.F('successor'), name='place_succeeds_once')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('window_clerk', '窗口人员'), ('station_director', '服务站站长'), ('committee_member', '居委会委员'), ('committee_director', '居委会主任'), ('party_secretary', '党组织书记'), ('street_official', '街道工作人员'), ('office_head', '单位负责人'), ('district_office', '社区办工作人员'), ('department_official', '部门工作人员'), ('leader', '领导'), ('auditor', '审计员'), ('system_admin', '系统管理员'), ('security_admin', '安全管理员'), ('data_clerk', '数据专员')], max_length=24, verbose_name='角色')),
                ('title', models.CharField(blank=True, max_length=40, verbose_name='职务')),
                ('lines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('basis', models.CharField(choices=[('party', '党内任命或选举'), ('administrative', '行政任命或聘任'), ('election', '居民选举')], max_length=16, verbose_name='任职依据')),
                ('document_no', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('started_on', models.DateField(verbose_name='起')),
                ('ended_on', models.DateField(null=True, verbose_name='止')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='governance.body')),
                ('deputises', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to='governance.post')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='auth.group')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '任职',
                'verbose_name_plural': '任职',
                'indexes': [models.Index(fields=['body', 'role'], name='post_of_body')],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['window_clerk', 'station_director', 'committee_member', 'committee_director', 'party_secretary', 'street_official', 'office_head', 'district_office', 'department_official', 'leader', 'auditor', 'system_admin', 'security_admin', 'data_clerk'])), name='post_role_known'), models.CheckConstraint(condition=models.Q(('basis__in', ['party', 'administrative', 'election'])), name='post_basis_known'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='post_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['committee_director', 'committee_member']), _negated=True), ('basis', 'election'), _connector='OR'), name='committee_post_by_election'), models.CheckConstraint(condition=models.Q(('deputises__isnull', True), ('ended_on__isnull', False), _connector='OR'), name='deputy_has_a_last_day'), models.UniqueConstraint(models.F('user'), models.F('body'), models.F('role'), condition=models.Q(('ended_on__isnull', True)), name='post_held_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='用途')),
                ('secret_hash', models.BinaryField(max_length=32, unique=True)),
                ('tail', models.CharField(max_length=4)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('items:read', '读取办事指南'), ('places:read', '读取地点和服务站'), ('cases:read', '查看办件'), ('cases:file', '提交和撤回办件'), ('data:push', '报送部门数据'), ('data:pull', '获取本部门可用的数据变更')], max_length=20), size=None)),
                ('networks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=43), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(verbose_name='创建时间')),
                ('expires_at', models.DateTimeField(verbose_name='到期时间')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='最近使用')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to='governance.post')),
            ],
            options={
                'verbose_name': '接口令牌',
                'verbose_name_plural': '接口令牌',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['owner', '-id'], name='token_of_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['items:read', 'places:read', 'cases:read', 'cases:file', 'data:push', 'data:pull']), ('scopes__len__gt', 0)), name='token_scopes_known'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=366))))), name='token_lives_a_year_at_most')],
            },
        ),
        migrations.CreateModel(
            name='StationCoverage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(null=True, verbose_name='止')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='governance.place')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='governance.body')),
            ],
            options={
                'verbose_name': '服务站覆盖关系',
                'verbose_name_plural': '服务站覆盖关系',
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('community', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_home_station_a_day')],
            },
        ),
        migrations.CreateModel(
            name='WorkCalendarYear',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name='年份')),
                ('is_published', models.BooleanField(default=False, verbose_name='放假通知已载入')),
                ('source', models.CharField(blank=True, max_length=120, verbose_name='来源')),
                ('published_on', models.DateField(null=True, verbose_name='通知日期')),
                ('revision', models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
            options={
                'verbose_name': '工作日历年度',
                'verbose_name_plural': '工作日历年度',
                'ordering': ['year'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('year__gte', 2000), ('year__lte', 2100)), name='work_calendar_year_plausible'), models.CheckConstraint(condition=models.Q(('is_published', False), models.Q(('source', ''), _negated=True), _connector='OR'), name='work_calendar_year_has_source')],
            },
        ),
    ]
