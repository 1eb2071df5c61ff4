from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The few yards below a community, for looking up an address; made while the portal runs."""

    atomic = False
    dependencies = [("governance", "0001_initial")]

    operations = [
        # It waits for whoever began before, and nobody for it.
        migrations.RunSQL("SET statement_timeout = 0; SET lock_timeout = 0", ""),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS place_yards", ""),
        AddIndexConcurrently(
            "place",
            models.Index(
                OpClass("path", "text_pattern_ops"),
                condition=models.Q(level__in=["yard", "area", "community"]),
                include=("id", "name"),
                name="place_yards",
            ),
        ),
        migrations.RunSQL("SET statement_timeout TO DEFAULT; SET lock_timeout TO DEFAULT", ""),
    ]
