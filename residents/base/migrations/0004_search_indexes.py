import django.contrib.postgres.indexes
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models
from django.db.models import F, Func, Value


class Migration(migrations.Migration):

    dependencies = [
        ('residents', '0003_canary'),
    ]

    operations = [
        # The table is written anew: with half a million persons longer than a request may take.
        migrations.RunSQL("SET LOCAL statement_timeout = '10min'", migrations.RunSQL.noop),
        BtreeGinExtension(),
        migrations.RemoveIndex(model_name='person', name='person_name_inside'),
        migrations.RemoveIndex(model_name='person', name='person_initials'),
        migrations.RemoveIndex(model_name='person', name='person_pinyin'),
        migrations.RemoveField(model_name='person', name='name_doubled'),
        migrations.AddField(
            model_name='person',
            name='name_tripled',
            field=models.GeneratedField(db_persist=True, expression=Func('full_name', Value('(.)'), Value('\\1\\1\\1'), Value('g'), function='regexp_replace'), output_field=models.CharField(max_length=180)),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(F('community'), django.contrib.postgres.indexes.OpClass('name_tripled', 'gin_trgm_ops'), fastupdate=False, name='person_name_inside'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(F('community'), django.contrib.postgres.indexes.OpClass('initials', 'text_pattern_ops'), name='person_initials'),
        ),
    ]
