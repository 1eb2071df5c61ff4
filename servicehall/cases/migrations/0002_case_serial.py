from django.db import migrations


class Migration(migrations.Migration):
    """The serial of case numbers: five digits of it stand in each number, so it may run on for ever."""

    dependencies = [("servicehall", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE servicehall_case_serial AS bigint START 1",
            "DROP SEQUENCE servicehall_case_serial",
        ),
    ]
