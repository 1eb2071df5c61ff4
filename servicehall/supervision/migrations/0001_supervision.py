import common.ids
import community.governance.models.body
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('governance', '0001_initial'),
        ('servicehall', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SweepMark',
            fields=[
                ('code', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('day', models.DateField(null=True)),
                ('number', models.BigIntegerField(null=True)),
                ('text', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': '巡查标记',
                'verbose_name_plural': '巡查标记',
            },
        ),
        migrations.CreateModel(
            name='UrgingSerial',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': '督办编号',
                'verbose_name_plural': '督办编号',
            },
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('base', models.CharField(choices=[('warn', '临期日'), ('promised', '承诺办结日'), ('statutory', '法定办结日')], max_length=10, verbose_name='起算日')),
                ('after', models.PositiveSmallIntegerField(verbose_name='之后工作日')),
                ('tells', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('handler', '经办单位'), ('director', '服务站站长'), ('street', '街道办事处'), ('district', '区社区办'), ('supervision', '监察')], max_length=12), blank=True, default=list, size=None)),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '催办阶梯',
                'verbose_name_plural': '催办阶梯',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('base__in', ['warn', 'promised', 'statutory'])), name='rung_base_known'), models.CheckConstraint(condition=models.Q(('tells__contained_by', ['handler', 'director', 'street', 'district', 'supervision'])), name='rung_tells_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='rung_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_rung_in_force')],
            },
        ),
        migrations.CreateModel(
            name='SupervisionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('value', models.PositiveSmallIntegerField(verbose_name='数值')),
                ('unit', models.CharField(max_length=10, verbose_name='单位')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '监察参数',
                'verbose_name_plural': '监察参数',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='supervision_rule_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_supervision_rule_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('refused_acceptance', '应受理不受理'), ('over_promised', '超承诺时限'), ('over_statutory', '超法定时限'), ('step_late', '环节超时'), ('forwarded_late', '逾期转办'), ('no_reason', '没有写明理由'), ('off_system', '体外办理，事后补录'), ('fee', '违规收费'), ('second_notice', '再次告知（新情况）'), ('second_supplement', '让申请人再次补正'), ('silence', '逾期不告知，视为受理'), ('undertaking_late', '容缺材料逾期未补'), ('consultation_late', '征求意见逾期未答复'), ('passed_on', '传话筒'), ('other', '其他')], max_length=24, verbose_name='监察情形')),
                ('ref', models.CharField(max_length=60)),
                ('evidence', models.JSONField(default=dict)),
                ('note', models.TextField(blank=True, verbose_name='说明')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('found_on', models.DateField(verbose_name='发现日期')),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissal', models.TextField(blank=True, verbose_name='不计入的理由')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='governance.body')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='servicehall.case')),
                ('dismissed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('step', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='servicehall.reviewstep')),
            ],
            options={
                'verbose_name': '监察发现',
                'verbose_name_plural': '监察发现',
                'ordering': ['-found_on', '-id'],
                'indexes': [models.Index(fields=['-found_on', '-id'], name='finding_newest'), models.Index(fields=['body', '-found_on', '-id'], name='finding_of_body')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['refused_acceptance', 'over_promised', 'over_statutory', 'step_late', 'forwarded_late', 'no_reason', 'off_system', 'fee', 'second_notice', 'second_supplement', 'silence', 'undertaking_late', 'consultation_late', 'passed_on', 'other'])), name='finding_kind_known'), models.CheckConstraint(condition=models.Q(('dismissed_at__isnull', True), models.Q(('dismissal', ''), _negated=True), _connector='OR'), name='finding_dismissed_with_reason'), models.UniqueConstraint(models.F('case'), models.F('kind'), models.F('ref'), name='finding_once')],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20)),
                ('day', models.DateField(verbose_name='起算日')),
                ('told_at', models.DateTimeField(verbose_name='告知时间')),
                ('told', models.PositiveSmallIntegerField(default=0, verbose_name='告知人数')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='servicehall.case')),
                ('rung', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supervision.rung')),
            ],
            options={
                'verbose_name': '催办记录',
                'verbose_name_plural': '催办记录',
                'ordering': ['case_id', 'id'],
                'constraints': [models.UniqueConstraint(models.F('case'), models.F('code'), name='rung_told_once')],
            },
        ),
        migrations.CreateModel(
            name='Urging',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='督办编号')),
                ('kind', models.CharField(choices=[('refused_acceptance', '应受理不受理'), ('over_promised', '超承诺时限'), ('over_statutory', '超法定时限'), ('step_late', '环节超时'), ('forwarded_late', '逾期转办'), ('no_reason', '没有写明理由'), ('off_system', '体外办理，事后补录'), ('fee', '违规收费'), ('second_notice', '再次告知（新情况）'), ('second_supplement', '让申请人再次补正'), ('silence', '逾期不告知，视为受理'), ('undertaking_late', '容缺材料逾期未补'), ('consultation_late', '征求意见逾期未答复'), ('passed_on', '传话筒'), ('other', '其他')], max_length=24, verbose_name='监察情形')),
                ('rule_number', models.CharField(max_length=10, verbose_name='监察规则编号')),
                ('light', models.CharField(choices=[('green', '正常'), ('yellow', '临期'), ('red', '超承诺时限'), ('double_red', '超法定时限'), ('grey', '不计时')], max_length=12, verbose_name='预警类型')),
                ('content', models.TextField(verbose_name='督办内容')),
                ('issued_at', models.DateTimeField(verbose_name='发出时间')),
                ('due_on', models.DateField(verbose_name='回复期限')),
                ('state', models.CharField(choices=[('issued', '待回复'), ('replied', '已回复'), ('closed', '已办结')], max_length=10, verbose_name='状态')),
                ('reply', models.TextField(blank=True, verbose_name='回复')),
                ('replied_at', models.DateTimeField(null=True, verbose_name='回复时间')),
                ('result', models.TextField(blank=True, verbose_name='督办结果')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='办结时间')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='urgings', to='governance.body')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='urgings', to='servicehall.case')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('replied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
            ],
            options={
                'verbose_name': '督办',
                'verbose_name_plural': '督办',
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['body', 'due_on'], name='urging_open_at_body'), models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['due_on', 'id'], name='urging_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['refused_acceptance', 'over_promised', 'over_statutory', 'step_late', 'forwarded_late', 'no_reason', 'off_system', 'fee', 'second_notice', 'second_supplement', 'silence', 'undertaking_late', 'consultation_late', 'passed_on', 'other'])), name='urging_kind_known'), models.CheckConstraint(condition=models.Q(('light__in', ['green', 'yellow', 'red', 'double_red', 'grey'])), name='urging_light_known'), models.CheckConstraint(condition=models.Q(('state__in', ['issued', 'replied', 'closed'])), name='urging_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'replied'), _negated=True), models.Q(('reply', ''), _negated=True), _connector='OR'), name='urging_reply_words'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='urging_closed_with_result')],
            },
        ),
    ]
