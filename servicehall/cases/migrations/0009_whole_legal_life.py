import common.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def received_when_filed(apps, schema_editor):
    """What was supplemented meanwhile was answered within the same days; silence is counted from now on."""
    apps.get_model("servicehall", "Case").objects.update(received_on=F("filed_on"))


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0001_initial'),
        ('governance', '0005_office_heads'),
        ('residents', '0010_merged_events'),
        ('servicehall', '0008_catalogue_left'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('opinion', '征求意见'), ('question', '询问')], max_length=10)),
                ('question', models.TextField(verbose_name='要问什么')),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField(verbose_name='答复期限')),
                ('reminded_on', models.DateField(null=True)),
                ('answer', models.TextField(blank=True, verbose_name='答复')),
                ('answered_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '征求意见',
                'verbose_name_plural': '征求意见',
                'ordering': ['case_id', 'asked_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Undertaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('deferred', '容缺受理'), ('commitment', '告知承诺')], max_length=12)),
                ('key', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=200)),
                ('signed_at', models.DateTimeField(verbose_name='签署时间')),
                ('due_on', models.DateField(null=True, verbose_name='补交期限')),
                ('kept_at', models.DateTimeField(null=True, verbose_name='履行时间')),
            ],
            options={
                'verbose_name': '承诺',
                'verbose_name_plural': '承诺',
                'ordering': ['case_id', 'id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_closed_has_time',
        ),
        migrations.RemoveConstraint(
            model_name='caseevent',
            name='event_action_known',
        ),
        migrations.RemoveConstraint(
            model_name='clockpause',
            name='pause_reason_known',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_work_list',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_open_at_station',
        ),
        migrations.AddField(
            model_name='case',
            name='deliver_by_on',
            field=models.DateField(null=True, verbose_name='应送达日期'),
        ),
        migrations.AddField(
            model_name='case',
            name='extended_by',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='延长时限'),
        ),
        migrations.AddField(
            model_name='case',
            name='received_on',
            field=models.DateField(null=True, verbose_name='收到日期'),
        ),
        migrations.RunPython(received_when_filed, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='case',
            name='received_on',
            field=models.DateField(verbose_name='收到日期'),
        ),
        migrations.AddField(
            model_name='clockpause',
            name='expected_on',
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name='case',
            name='state',
            field=models.CharField(choices=[('submitted', '已提交'), ('supplement_required', '待补正'), ('resubmitted', '已补正'), ('accepted', '已受理'), ('in_review', '审核中'), ('publicised', '公示中'), ('special', '特别程序中'), ('completed', '已办结'), ('delivered', '已送达'), ('not_accepted', '不予受理'), ('withdrawn', '已撤回'), ('terminated', '已终止')], max_length=24, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='clockpause',
            name='reason',
            field=models.CharField(choices=[('supplement', '等待补正材料'), ('publicity', '公示'), ('hearing', '听证'), ('inspection', '检验、检测、检疫'), ('appraisal', '鉴定、评估'), ('medical', '医疗机构评定'), ('expert', '专家评审'), ('means_check', '家庭经济状况核对'), ('closed', '已办结，后重新办理')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['accepted', 'in_review', 'publicised', 'resubmitted', 'special', 'submitted', 'supplement_required'])), fields=['handler', 'act_by_on', 'id'], name='case_work_list'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['accepted', 'in_review', 'publicised', 'resubmitted', 'special', 'submitted', 'supplement_required'])), fields=['station', 'act_by_on', 'id'], name='case_open_at_station'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['resubmitted', 'submitted'])), fields=['received_on'], name='case_unanswered'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'supplement_required', 'resubmitted', 'accepted', 'in_review', 'publicised', 'special', 'completed', 'delivered', 'not_accepted', 'withdrawn', 'terminated'])), name='case_state_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ['accepted', 'in_review', 'publicised', 'resubmitted', 'special', 'submitted', 'supplement_required'])), models.Q(('closed_at__isnull', False), ('state__in', ['completed', 'delivered', 'not_accepted', 'terminated', 'withdrawn'])), _connector='OR'), name='case_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['accept', 'tacit_accept', 'decline', 'supplement', 'resubmit', 'lapse', 'withdraw', 'forward', 'send_back', 'grant', 'refuse', 'deliver', 'extend', 'publicise', 'end_publicity', 'begin_special', 'end_special', 'reopen', 'assign', 'file', 'rate'])), name='event_action_known'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['supplement', 'publicity', 'hearing', 'inspection', 'appraisal', 'medical', 'expert', 'means_check', 'closed'])), name='pause_reason_known'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='answered_post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='answered_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consultation',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='governance.body'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultations', to='servicehall.case'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to='servicehall.case'),
        ),
        migrations.AddField(
            model_name='undertaking',
            name='kept_with',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post'),
        ),
        migrations.AddIndex(
            model_name='consultation',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('cancelled_at__isnull', True)), fields=['body', 'due_on'], name='consultation_open_at_body'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opinion', 'question'])), name='consultation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='answer_has_words'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(models.F('case'), models.F('body'), condition=models.Q(('answered_at__isnull', True), ('cancelled_at__isnull', True)), name='one_open_consultation_of_a_body'),
        ),
        migrations.AddIndex(
            model_name='undertaking',
            index=models.Index(condition=models.Q(('kept_at__isnull', True)), fields=['due_on'], name='undertaking_open'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['deferred', 'commitment'])), name='undertaking_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'deferred'), _negated=True), ('due_on__isnull', False), _connector='OR'), name='deferred_paper_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.UniqueConstraint(models.F('case'), models.F('key'), name='undertaking_once'),
        ),
    ]
