import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('residents', '0011_merged_doubles'),
        ('servicehall', '0010_batches'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='about',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.person'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='basis',
            field=models.JSONField(default=dict),
        ),
    ]
