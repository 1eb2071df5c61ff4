import common.fields
import common.ids
import community.governance.models.body
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('governance', '0001_initial'),
        ('servicehall', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublicityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('value', models.PositiveSmallIntegerField(default=0, verbose_name='数值')),
                ('words', models.JSONField(default=list, verbose_name='词语')),
                ('unit', models.CharField(max_length=10, verbose_name='单位')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '公示规则',
                'verbose_name_plural': '公示规则',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='publicity_rule_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_publicity_rule_in_force')],
            },
        ),
        migrations.CreateModel(
            name='PublicNotice',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('ref', models.CharField(max_length=16, unique=True)),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('household_size', models.PositiveSmallIntegerField(null=True, verbose_name='家庭人口')),
                ('benefit_class', models.CharField(blank=True, max_length=60, verbose_name='类别')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=9, null=True, verbose_name='金额（元）')),
                ('names_in_full', models.BooleanField()),
                ('item_shows_names', models.BooleanField()),
                ('from_on', models.DateField(verbose_name='公示开始')),
                ('until_on', models.DateField(verbose_name='公示到')),
                ('state', models.CharField(choices=[('open', '公示中'), ('ended', '公示结束'), ('taken_down', '已撤下')], max_length=12, verbose_name='状态')),
                ('posted_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_notices', to='governance.body')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_notices', to='servicehall.case')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.place')),
                ('posted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
            ],
            options={
                'verbose_name': '公示',
                'verbose_name_plural': '公示',
                'ordering': ['-from_on', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['community', 'until_on'], name='public_notice_here'), models.Index(condition=models.Q(('state', 'open')), fields=['until_on'], name='public_notice_ends')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'ended', 'taken_down'])), name='public_notice_state_known'), models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='public_notice_dates'), models.CheckConstraint(condition=models.Q(('item_shows_names', True), ('name', ''), _connector='OR'), name='public_notice_without_name'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='public_notice_ended_has_time'), models.UniqueConstraint(models.F('case'), condition=models.Q(('state', 'open')), name='one_open_public_notice')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='查询编号')),
                ('key', models.UUIDField(unique=True)),
                ('way', models.CharField(choices=[('online', '网上'), ('counter', '窗口')], max_length=10, verbose_name='提出方式')),
                ('words', common.fields.EncryptedTextField(verbose_name='异议内容')),
                ('name', common.fields.EncryptedTextField(null=True, verbose_name='姓名')),
                ('phone', common.fields.EncryptedTextField(null=True, verbose_name='联系电话')),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('due_on', models.DateField(verbose_name='最晚答复')),
                ('state', models.CharField(choices=[('open', '待核查'), ('in_appraisal', '等待民主评议'), ('upheld', '异议成立'), ('not_upheld', '异议不成立'), ('closed', '办件已撤回，不再核查')], max_length=14, verbose_name='状态')),
                ('inquiry', models.TextField(blank=True, verbose_name='核查经过')),
                ('answer', models.TextField(blank=True, verbose_name='答复')),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('answered_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('filed_with', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='publicity.publicnotice')),
            ],
            options={
                'verbose_name': '异议',
                'verbose_name_plural': '异议',
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['in_appraisal', 'open'])), fields=['notice', 'due_on'], name='objection_unsettled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('way__in', ['online', 'counter'])), name='objection_way_known'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'in_appraisal', 'upheld', 'not_upheld', 'closed'])), name='objection_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['upheld', 'not_upheld']), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('inquiry', ''), _negated=True)), _connector='OR'), name='objection_answered_with_reasons')],
            },
        ),
        migrations.CreateModel(
            name='Appraisal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='评议日期')),
                ('venue', models.CharField(max_length=80, verbose_name='地点')),
                ('attended', models.PositiveSmallIntegerField(verbose_name='到会代表')),
                ('least', models.PositiveSmallIntegerField(verbose_name='至少应到')),
                ('votes_for', models.PositiveSmallIntegerField(verbose_name='同意')),
                ('votes_against', models.PositiveSmallIntegerField(verbose_name='不同意')),
                ('abstained', models.PositiveSmallIntegerField(verbose_name='弃权')),
                ('minutes', models.TextField(verbose_name='评议记录')),
                ('recorded_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appraisals', to='servicehall.case')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('recorded_user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '民主评议',
                'verbose_name_plural': '民主评议',
                'ordering': ['case_id', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('attended', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('votes_for'), '+', models.F('votes_against')), '+', models.F('abstained')))), name='appraisal_adds_up'), models.CheckConstraint(condition=models.Q(('attended__gte', models.F('least'))), name='appraisal_quorum'), models.UniqueConstraint(models.F('case'), models.F('held_on'), name='one_appraisal_a_day')],
            },
        ),
    ]
