import common.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('servicehall', '0002_case_serial'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='amount',
            field=common.fields.EncryptedTextField(null=True, verbose_name='核定金额'),
        ),
    ]
