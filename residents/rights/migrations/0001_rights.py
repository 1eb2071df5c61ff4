import common.fields
import common.ids
import community.governance.models.body
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('residents', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('filed_by', models.UUIDField()),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('due_is_provisional', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('proposed', '待审核'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='proposed', max_length=10, verbose_name='状态')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('answered_by', models.CharField(blank=True, max_length=120, verbose_name='答复岗位')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='答复')),
                ('attribute', models.CharField(max_length=40, verbose_name='属性')),
                ('answers', models.CharField(blank=True, max_length=40, verbose_name='负责部门')),
                ('value', common.fields.EncryptedTextField(verbose_name='正确的内容')),
                ('reason', common.fields.EncryptedTextField(verbose_name='理由')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '更正申请',
                'verbose_name_plural': '更正申请',
                'ordering': ['due_on', 'id'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'proposed')), fields=['answers', 'due_on', 'id'], name='correction_open'), models.Index(fields=['filed_by', '-id'], name='correction_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'accepted', 'refused', 'withdrawn'])), name='correction_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='correction_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='correction_refusal_has_reason'), models.UniqueConstraint(models.F('person'), models.F('attribute'), condition=models.Q(('state', 'proposed')), name='one_open_correction')],
            },
        ),
        migrations.CreateModel(
            name='Deletion',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('filed_by', models.UUIDField()),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('due_is_provisional', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('proposed', '待审核'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='proposed', max_length=10, verbose_name='状态')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('answered_by', models.CharField(blank=True, max_length=120, verbose_name='答复岗位')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='答复')),
                ('parts', models.JSONField(default=list, verbose_name='申请删除')),
                ('done', models.JSONField(default=dict, verbose_name='处理结果')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '删除申请',
                'verbose_name_plural': '删除申请',
                'ordering': ['due_on', 'id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'accepted', 'refused', 'withdrawn'])), name='deletion_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='deletion_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='deletion_refusal_has_reason'), models.UniqueConstraint(models.F('person'), condition=models.Q(('state', 'proposed')), name='one_open_deletion')],
            },
        ),
        migrations.CreateModel(
            name='FamilyConsent',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('see', '只看'), ('act', '看，也替办')], max_length=5, verbose_name='允许什么')),
                ('state', models.CharField(choices=[('asked', '等对方答复'), ('given', '已允许'), ('declined', '没有允许'), ('ended', '已收回')], default='asked', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='询问时间')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('until', models.DateField(null=True, verbose_name='有效至')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '家人授权',
                'verbose_name_plural': '家人授权',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'given', 'declined', 'ended'])), name='family_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['see', 'act'])), name='family_kind_known'), models.CheckConstraint(condition=models.Q(('giver', models.F('receiver')), _negated=True), name='family_two_persons'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'given'), _negated=True), models.Q(('answered_at__isnull', False), ('until__isnull', False)), _connector='OR'), name='family_given_ends'), models.UniqueConstraint(models.F('giver'), models.F('receiver'), condition=models.Q(('state__in', ['asked', 'given'])), name='family_once')],
            },
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('parent', '父母'), ('relative', '其他近亲属'), ('designated', '法院、居委会或民政部门指定'), ('agreed', '意定监护（书面协议）')], max_length=10, verbose_name='监护依据')),
                ('document', models.CharField(max_length=120, verbose_name='核对的材料')),
                ('from_on', models.DateField(verbose_name='起')),
                ('to_on', models.DateField(null=True, verbose_name='止')),
                ('recorded_by', models.CharField(max_length=120, verbose_name='登记岗位')),
                ('recorded_at', models.DateTimeField(verbose_name='登记时间')),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '监护关系',
                'verbose_name_plural': '监护关系',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['parent', 'relative', 'designated', 'agreed'])), name='guardian_kind_known'), models.CheckConstraint(condition=models.Q(('guardian', models.F('ward')), _negated=True), name='guardian_two_persons'), models.CheckConstraint(condition=models.Q(('to_on__isnull', True), ('to_on__gte', models.F('from_on')), _connector='OR'), name='guardianship_dates'), models.UniqueConstraint(models.F('guardian'), models.F('ward'), condition=models.Q(('to_on__isnull', True)), name='guardian_once')],
            },
        ),
        migrations.CreateModel(
            name='KinRequest',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('filed_by', models.UUIDField()),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('due_is_provisional', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('proposed', '待审核'), ('accepted', '已同意'), ('refused', '未同意'), ('withdrawn', '已撤回')], default='proposed', max_length=10, verbose_name='状态')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='结束时间')),
                ('answered_by', models.CharField(blank=True, max_length=120, verbose_name='答复岗位')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='答复')),
                ('deceased_name', common.fields.EncryptedTextField(verbose_name='逝者姓名')),
                ('deceased_number', common.fields.EncryptedTextField(verbose_name='逝者证件号码')),
                ('relation', models.CharField(choices=[('01', '本人'), ('02', '户主'), ('10', '配偶'), ('11', '夫'), ('12', '妻'), ('20', '子'), ('21', '独生子'), ('22', '长子'), ('23', '次子'), ('24', '三子'), ('27', '养子或继子'), ('28', '女婿'), ('29', '其他儿子'), ('30', '女'), ('31', '独生女'), ('32', '长女'), ('33', '次女'), ('37', '养女或继女'), ('38', '儿媳'), ('39', '其他女儿'), ('41', '孙子'), ('42', '孙女'), ('43', '外孙子'), ('44', '外孙女'), ('51', '父亲'), ('52', '母亲'), ('53', '公公'), ('54', '婆婆'), ('55', '岳父'), ('56', '岳母'), ('57', '继父或养父'), ('58', '继母或养母'), ('61', '祖父'), ('62', '祖母'), ('63', '外祖父'), ('64', '外祖母'), ('71', '兄'), ('73', '弟'), ('75', '姐'), ('77', '妹'), ('97', '其他亲属'), ('99', '非亲属')], max_length=2, verbose_name='与逝者的关系')),
                ('wish', models.CharField(choices=[('see', '查阅、复制'), ('correct', '更正'), ('delete', '删除')], max_length=10, verbose_name='要求')),
                ('words', common.fields.EncryptedTextField(verbose_name='说明')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '近亲属申请',
                'verbose_name_plural': '近亲属申请',
                'ordering': ['due_on', 'id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'accepted', 'refused', 'withdrawn'])), name='kin_request_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='kin_request_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='kin_request_refusal_has_reason'), models.CheckConstraint(condition=models.Q(('relation__in', ['01', '02', '10', '11', '12', '20', '21', '22', '23', '24', '27', '28', '29', '30', '31', '32', '33', '37', '38', '39', '41', '42', '43', '44', '51', '52', '53', '54', '55', '56', '57', '58', '61', '62', '63', '64', '71', '73', '75', '77', '97', '99'])), name='kin_relation_known'), models.CheckConstraint(condition=models.Q(('wish__in', ['see', 'correct', 'delete'])), name='kin_wish_known')],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120, verbose_name='文件说明')),
                ('kind', models.CharField(max_length=4)),
                ('size', models.PositiveIntegerField()),
                ('stored_as', models.CharField(max_length=80, unique=True)),
                ('correction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='rights.correction')),
            ],
            options={
                'verbose_name': '证明材料',
                'verbose_name_plural': '证明材料',
            },
        ),
        migrations.CreateModel(
            name='ProcessingPurpose',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('name', models.JSONField(verbose_name='名称')),
                ('text', models.JSONField(verbose_name='说明')),
                ('basis', models.CharField(choices=[('statutory', '法定职责，不需要同意'), ('refusable', '法定职责，您可以拒绝'), ('consent', '须您同意')], max_length=10, verbose_name='处理依据')),
                ('legal', models.JSONField(verbose_name='法律依据')),
                ('attributes', models.JSONField(default=list, verbose_name='属性')),
                ('bodies', models.JSONField(default=list, verbose_name='使用单位')),
                ('consequences', models.JSONField(default=dict, verbose_name='撤回的后果')),
                ('is_sensitive', models.BooleanField(default=False, verbose_name='敏感个人信息')),
                ('months', models.PositiveSmallIntegerField(null=True, verbose_name='同意有效月数')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '处理目的',
                'verbose_name_plural': '处理目的',
                'constraints': [models.CheckConstraint(condition=models.Q(('basis__in', ['statutory', 'refusable', 'consent'])), name='purpose_basis_known'), models.UniqueConstraint(fields=('code', 'version'), name='purpose_version_once'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='purpose_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_purpose_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('how', models.CharField(choices=[('online', '本人网上'), ('paper', '窗口书面'), ('guardian', '监护人')], max_length=10, verbose_name='方式')),
                ('given_at', models.DateTimeField(null=True, verbose_name='同意时间')),
                ('given_by', models.UUIDField(null=True)),
                ('expires_on', models.DateField(null=True, verbose_name='有效至')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='撤回时间')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='residents.person')),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='rights.processingpurpose')),
            ],
            options={
                'verbose_name': '同意',
                'verbose_name_plural': '同意',
                'constraints': [models.CheckConstraint(condition=models.Q(('how__in', ['online', 'paper', 'guardian'])), name='consent_how_known'), models.CheckConstraint(condition=models.Q(('given_at__isnull', False), ('withdrawn_at__isnull', False), _connector='OR'), name='consent_says_something'), models.CheckConstraint(condition=models.Q(('given_at__isnull', True), ('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='consent_times'), models.UniqueConstraint(models.F('person'), models.F('purpose'), condition=models.Q(('withdrawn_at__isnull', True)), name='consent_once')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('term', models.JSONField(verbose_name='保存到')),
                ('reason', models.JSONField(verbose_name='理由')),
                ('attributes', models.JSONField(default=list, verbose_name='属性')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '保存期限',
                'verbose_name_plural': '保存期限',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='retention_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_retention_in_force')],
            },
        ),
        migrations.CreateModel(
            name='RightsFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('value', models.PositiveSmallIntegerField(verbose_name='数值')),
                ('unit', models.CharField(choices=[('days', '天'), ('workdays', '个工作日'), ('hours', '小时'), ('months', '个月'), ('years', '年')], max_length=10, verbose_name='单位')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '权利时限',
                'verbose_name_plural': '权利时限',
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__in', ['days', 'workdays', 'hours', 'months', 'years'])), name='rights_figure_unit_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='rights_figure_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_rights_figure_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Copy',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=10)),
                ('state', models.CharField(choices=[('asked', '正在准备'), ('ready', '可以下载'), ('expired', '已过期')], default='asked', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='完成时间')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='过期时间')),
                ('json_as', models.CharField(blank=True, max_length=80)),
                ('page_as', models.CharField(blank=True, max_length=80)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person')),
            ],
            options={
                'verbose_name': '信息副本',
                'verbose_name_plural': '信息副本',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'ready', 'expired'])), name='copy_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('expires_at__isnull', False), models.Q(('json_as', ''), _negated=True), models.Q(('page_as', ''), _negated=True)), _connector='OR'), name='copy_ready_has_files'), models.UniqueConstraint(models.F('person'), condition=models.Q(('state', 'asked')), name='copy_asked_once')],
            },
        ),
    ]
