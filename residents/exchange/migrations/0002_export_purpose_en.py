from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_outgoing"),
    ]

    operations = [
        migrations.AddField(
            model_name="exporttemplate",
            name="purpose_en",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
    ]
