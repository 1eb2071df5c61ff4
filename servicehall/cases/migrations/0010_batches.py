
import common.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0005_office_heads'),
        ('servicehall', '0009_whole_legal_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(choices=[('accept', '受理'), ('forward', '审核通过，转下一环节'), ('grant', '准予')], max_length=12)),
                ('words', models.TextField(blank=True, verbose_name='意见')),
                ('made_at', models.DateTimeField()),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.post')),
            ],
            options={
                'verbose_name': '批量办理',
                'verbose_name_plural': '批量办理',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='BatchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done_at', models.DateTimeField(null=True)),
                ('is_done', models.BooleanField(default=False)),
                ('message', models.CharField(blank=True, max_length=300)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='servicehall.batch')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='servicehall.case')),
            ],
            options={
                'verbose_name': '批量办理的办件',
                'verbose_name_plural': '批量办理的办件',
                'ordering': ['batch_id', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['accept', 'forward', 'grant'])), name='batch_act_known'),
        ),
        migrations.AddConstraint(
            model_name='batchentry',
            constraint=models.UniqueConstraint(models.F('batch'), models.F('case'), name='case_once_in_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='batchentry',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', False), models.Q(('is_done', False), ('message', '')), _connector='OR'), name='batch_entry_told_when_done'),
        ),
    ]
