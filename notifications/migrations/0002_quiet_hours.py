"""The first rule: no SMS between nine in the evening and eight in the morning."""

from datetime import date, time

from django.db import migrations


def add_rule(apps, schema_editor):
    apps.get_model("notifications", "MessageRule").objects.get_or_create(
        valid_from=date(2000, 1, 1),
        defaults={
            "quiet_from": time(21, 0),
            "quiet_to": time(8, 0),
            "basis": "本系统默认：21:00至次日8:00不发短信，紧急事项除外",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [migrations.RunPython(add_rule, migrations.RunPython.noop)]
