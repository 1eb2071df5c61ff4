from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0005_pushed"),
    ]

    operations = [
        migrations.AddField(
            model_name="exporttemplate",
            name="purpose_en",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
    ]
