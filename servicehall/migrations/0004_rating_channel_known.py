from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("servicehall", "0003_counted_columns")]

    operations = [
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["online", "counter", "api"])),
                name="rating_channel_known",
            ),
        ),
    ]
