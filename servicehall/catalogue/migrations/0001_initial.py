import common.ids
import community.governance.models.body
import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmptySearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('text', models.CharField(max_length=20, verbose_name='查找的词')),
                ('count', models.PositiveIntegerField(default=1, verbose_name='次数')),
            ],
            options={
                'verbose_name': '没有结果的查找',
                'verbose_name_plural': '没有结果的查找',
                'constraints': [models.UniqueConstraint(fields=('day', 'text'), name='one_count_of_a_text_a_day')],
            },
        ),
        migrations.CreateModel(
            name='HallLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, verbose_name='代码')),
                ('name', models.JSONField(verbose_name='名称')),
                ('value', models.PositiveSmallIntegerField(verbose_name='数值')),
                ('unit', models.CharField(max_length=10, verbose_name='单位')),
                ('basis', models.CharField(max_length=160, verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '大厅时限',
                'verbose_name_plural': '大厅时限',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='hall_limit_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('code', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_hall_limit_in_force')],
            },
        ),
        migrations.CreateModel(
            name='RatingQuestions',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='版本')),
                ('content', models.JSONField(verbose_name='评价内容')),
                ('source', models.JSONField(verbose_name='依据')),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
            ],
            options={
                'verbose_name': '评价内容',
                'verbose_name_plural': '评价内容',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='rating_questions_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_rating_questions_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('code', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='代码')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='窗口号')),
                ('name', models.JSONField(verbose_name='名称')),
                ('description', models.JSONField(default=dict, verbose_name='说明')),
                ('mode', models.CharField(choices=[('special', '专窗'), ('integrated', '综窗')], max_length=12, verbose_name='受理方式')),
                ('is_general', models.BooleanField(default=False, verbose_name='综合窗口')),
                ('source', models.CharField(blank=True, max_length=120, verbose_name='来源')),
                ('as_of', models.DateField(verbose_name='数据日期')),
            ],
            options={
                'verbose_name': '服务窗口',
                'verbose_name_plural': '服务窗口',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['special', 'integrated'])), name='window_mode_known'), models.UniqueConstraint(models.F('is_general'), condition=models.Q(('is_general', True)), name='one_general_window')],
            },
        ),
        migrations.CreateModel(
            name='ServiceItem',
            fields=[
                ('code', models.CharField(max_length=50, primary_key=True, serialize=False, verbose_name='事项代码')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='catalogue.window')),
            ],
            options={
                'verbose_name': '政务服务事项',
                'verbose_name_plural': '政务服务事项',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='NegativeCertificate',
            fields=[
                ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('name', models.JSONField(verbose_name='名称')),
                ('office', models.JSONField(verbose_name='应找部门')),
                ('note', models.JSONField(default=dict, verbose_name='说明')),
                ('exception', models.JSONField(default=dict, verbose_name='例外')),
                ('synonyms', models.JSONField(default=list)),
                ('item', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.serviceitem')),
            ],
            options={
                'verbose_name': '不予出具证明事项',
                'verbose_name_plural': '不予出具证明事项',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ItemVersion',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('waiting', '待发布'), ('published', '已发布'), ('retired', '已停用')], max_length=12, verbose_name='状态')),
                ('name', models.JSONField(verbose_name='名称')),
                ('kind', models.CharField(choices=[('instant', '即办件'), ('promise', '承诺件')], max_length=10, verbose_name='办件类型')),
                ('statutory_amount', models.PositiveSmallIntegerField(verbose_name='法定时限')),
                ('statutory_unit', models.CharField(max_length=8)),
                ('promised_amount', models.PositiveSmallIntegerField(verbose_name='承诺时限')),
                ('promised_unit', models.CharField(max_length=8)),
                ('department', models.CharField(blank=True, max_length=30, verbose_name='主管部门')),
                ('any_station', models.BooleanField(default=False, verbose_name='通办')),
                ('content', models.JSONField()),
                ('search_text', models.TextField(blank=True)),
                ('valid_from', models.DateField(verbose_name='生效')),
                ('valid_to', models.DateField(null=True, verbose_name='失效')),
                ('file_digest', models.CharField(blank=True, max_length=64)),
                ('changed_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='退回的理由')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalogue.serviceitem')),
            ],
            options={
                'verbose_name': '事项版本',
                'verbose_name_plural': '事项版本',
                'ordering': ['item_id', 'number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'published', 'retired'])), name='version_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['instant', 'promise'])), name='version_kind_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='version_dates'), models.UniqueConstraint(models.F('item'), models.F('number'), name='version_number_once'), models.UniqueConstraint(models.F('item'), condition=models.Q(('state__in', ['draft', 'waiting'])), name='one_draft_of_an_item'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'published')), expressions=[('item', '='), (community.governance.models.body.DateRange('valid_from', 'valid_to', models.Value('[)')), '&&')], name='one_version_in_force')],
            },
        ),
    ]
