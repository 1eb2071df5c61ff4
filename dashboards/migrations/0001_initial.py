import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('governance', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('line', models.CharField(max_length=20, verbose_name='窗口')),
                ('department', models.CharField(max_length=30, verbose_name='主管部门')),
                ('measure', models.CharField(max_length=30, verbose_name='指标')),
                ('value', models.PositiveIntegerField(verbose_name='数值')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.place')),
            ],
            options={
                'verbose_name': '日统计',
                'verbose_name_plural': '日统计',
                'indexes': [models.Index(fields=['day'], name='fact_day')],
                'constraints': [models.UniqueConstraint(models.F('place'), models.F('day'), models.F('measure'), models.F('line'), models.F('department'), name='one_fact')],
            },
        ),
    ]
