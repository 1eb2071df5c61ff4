from django.db import migrations

MODELS = (
    *("EmptySearch", "HallLimit", "ItemVersion", "NegativeCertificate"),
    *("RatingQuestions", "ServiceItem", "Window"),
)


class Migration(migrations.Migration):
    """The catalogue becomes an app of its own: its tables take its name, their rows stay where they are."""

    dependencies = [("servicehall", "0006_proposals")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable(name, f"catalogue_{name.lower()}") for name in MODELS
            ]
        )
    ]
