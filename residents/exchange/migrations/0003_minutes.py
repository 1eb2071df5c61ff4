from django.db import migrations, models


class Migration(migrations.Migration):
    """Forms count whole minutes, so that sums are what their lists add up to."""

    dependencies = [("exchange", "0002_reports")]

    operations = [
        migrations.RenameField("reportform", "seconds_spent", "minutes_spent"),
        migrations.RenameField("reportform", "seconds_saved", "minutes_saved"),
        migrations.AlterField(
            "reportform",
            "minutes_spent",
            models.PositiveIntegerField(default=0, verbose_name="用时（分钟）"),
        ),
        migrations.AlterField(
            "reportform",
            "minutes_saved",
            models.PositiveIntegerField(default=0, verbose_name="节省（分钟）"),
        ),
    ]
