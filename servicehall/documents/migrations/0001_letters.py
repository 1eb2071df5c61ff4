import common.fields
import common.ids
import community.governance.models.body
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0001_initial'),
        ('governance', '0001_initial'),
        ('servicehall', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letterhead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('abbreviation', models.CharField(max_length=40, verbose_name='机关代字')),
                ('second_line', models.CharField(blank=True, max_length=160, verbose_name='第二种文字的名称')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letterheads', to='governance.body')),
            ],
            options={
                'verbose_name': '发文机关代字',
                'verbose_name_plural': '发文机关代字',
                'ordering': ['body_id', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='letterhead_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('body', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_letterhead_a_day'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('abbreviation', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_body_an_abbreviation')],
            },
        ),
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('receipt', '收件凭证'), ('acceptance', '受理通知书'), ('supplement', '一次性告知书'), ('non_acceptance', '不予受理通知书'), ('extension', '延期告知书'), ('special', '特别程序告知书'), ('decision', '决定书'), ('refusal', '不予决定书'), ('termination', '终止告知书'), ('withdrawal', '撤回确认书'), ('delivery', '送达回证'), ('mandate', '授权委托书'), ('deferred', '容缺受理承诺书'), ('commitment', '告知承诺书'), ('publicity', '公示')], max_length=20, verbose_name='文种')),
                ('content', models.JSONField()),
                ('basis', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letter_texts', to='catalogue.serviceitem')),
            ],
            options={
                'verbose_name': '文书模板',
                'verbose_name_plural': '文书模板',
                'ordering': ['kind', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'acceptance', 'supplement', 'non_acceptance', 'extension', 'special', 'decision', 'refusal', 'termination', 'withdrawal', 'delivery', 'mandate', 'deferred', 'commitment', 'publicity'])), name='letter_text_kind_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='letter_text_dates'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('item__isnull', True)), expressions=[('kind', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_general_text_a_day'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('item__isnull', False)), expressions=[('kind', '='), ('item', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_text_of_item_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('receipt', '收件凭证'), ('acceptance', '受理通知书'), ('supplement', '一次性告知书'), ('non_acceptance', '不予受理通知书'), ('extension', '延期告知书'), ('special', '特别程序告知书'), ('decision', '决定书'), ('refusal', '不予决定书'), ('termination', '终止告知书'), ('withdrawal', '撤回确认书'), ('delivery', '送达回证'), ('mandate', '授权委托书'), ('deferred', '容缺受理承诺书'), ('commitment', '告知承诺书'), ('publicity', '公示')], max_length=20, verbose_name='文种')),
                ('number', models.CharField(max_length=80, unique=True, verbose_name='发文字号')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='核验码')),
                ('content', common.fields.EncryptedTextField(verbose_name='内容')),
                ('issued_at', models.DateTimeField(verbose_name='签发时间')),
                ('issued_on', models.DateField(verbose_name='成文日期')),
                ('state', models.CharField(choices=[('in_force', '有效'), ('replaced', '已被新文书代替'), ('withdrawn', '已作废')], max_length=10, verbose_name='状态')),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='作废理由')),
                ('file', models.CharField(blank=True, max_length=80)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='governance.body')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='servicehall.case')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='servicehall.caseevent')),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
                ('replaced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='documents.letter')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='documents.lettertext')),
            ],
            options={
                'verbose_name': '文书',
                'verbose_name_plural': '文书',
                'ordering': ['issued_at', 'id'],
                'indexes': [models.Index(fields=['case', 'issued_at'], name='letter_of_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'acceptance', 'supplement', 'non_acceptance', 'extension', 'special', 'decision', 'refusal', 'termination', 'withdrawal', 'delivery', 'mandate', 'deferred', 'commitment', 'publicity'])), name='letter_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['in_force', 'replaced', 'withdrawn'])), name='letter_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'in_force')), models.Q(models.Q(('state', 'in_force'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='letter_ended_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('file', ''), ('sha256', '')), models.Q(models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='letter_file_has_hash'), models.UniqueConstraint(models.F('event'), models.F('kind'), condition=models.Q(('state', 'in_force')), name='one_letter_an_act')],
            },
        ),
        migrations.CreateModel(
            name='NumberMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('line', '业务'), ('group', '文种')], max_length=8, verbose_name='所指')),
                ('code', models.CharField(max_length=20, verbose_name='代码')),
                ('text', models.CharField(blank=True, max_length=10, verbose_name='代字')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '字号用字',
                'verbose_name_plural': '字号用字',
                'ordering': ['subject', 'code', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('subject__in', ['line', 'group'])), name='mark_subject_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='mark_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('subject', '='), ('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_mark_a_day')],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=60, verbose_name='代字')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年份')),
                ('last', models.PositiveIntegerField(verbose_name='最后一号')),
            ],
            options={
                'verbose_name': '发文字号序列',
                'verbose_name_plural': '发文字号序列',
                'ordering': ['prefix', 'year'],
                'constraints': [models.UniqueConstraint(models.F('prefix'), models.F('year'), name='one_series_a_year')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=20, verbose_name='印章名称')),
                ('image', models.CharField(blank=True, max_length=80)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), blank=True, default=list, size=None)),
                ('is_automatic', models.BooleanField(default=False, verbose_name='可自动用印')),
                ('basis', models.CharField(blank=True, max_length=160, verbose_name='启用依据')),
                ('valid_from', models.DateField(verbose_name='启用')),
                ('valid_to', models.DateField(null=True, verbose_name='停用')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seals', to='governance.body')),
            ],
            options={
                'verbose_name': '电子印章',
                'verbose_name_plural': '电子印章',
                'ordering': ['body_id', 'id'],
                'indexes': [models.Index(fields=['body', 'valid_from'], name='seal_of_body')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='seal_dates')],
            },
        ),
    ]
