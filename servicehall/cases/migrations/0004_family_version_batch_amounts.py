import common.fields
import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def bind(apps, schema_editor):
    """A form goes with the version that the hall offered on the day when it was begun."""
    family = apps.get_model("servicehall", "CaseFamily")
    bundle = apps.get_model("catalogue", "Bundle")
    for row in family.objects.order_by("pk"):
        day = timezone.localdate(row.started_at)
        known = bundle.objects.filter(code=row.bundle, state__in=["published", "retired"])
        offered = known.filter(valid_from__lte=day).order_by("valid_from", "number").last()
        row.version = offered or known.order_by("number").first()
        row.save(update_fields=["version"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_bundles'),
        ('servicehall', '0003_case_amount'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='amounts',
            field=common.fields.EncryptedTextField(null=True, verbose_name='核定金额'),
        ),
        migrations.AddField(
            model_name='casefamily',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.bundle'),
        ),
        migrations.RunPython(bind, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name='casefamily',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.bundle'),
        ),
    ]
