import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Keys now name the catalogue's models; nothing changes in the database."""

    dependencies = [
        ("catalogue", "0001_initial"),
        ("servicehall", "0007_tables_to_catalogue"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
        migrations.DeleteModel(
            name='EmptySearch',
        ),
        migrations.DeleteModel(
            name='HallLimit',
        ),
        migrations.AlterField(
            model_name='proposal',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.itemversion'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.itemversion'),
        ),
        migrations.AlterField(
            model_name='case',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='catalogue.itemversion'),
        ),
        migrations.RemoveField(
            model_name='negativecertificate',
            name='item',
        ),
        migrations.AlterField(
            model_name='rating',
            name='questions',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='catalogue.ratingquestions'),
        ),
        migrations.RemoveField(
            model_name='serviceitem',
            name='window',
        ),
        migrations.AlterField(
            model_name='proposalrun',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalogue.serviceitem'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='catalogue.serviceitem'),
        ),
        migrations.AlterField(
            model_name='case',
            name='window',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='catalogue.window'),
        ),
        migrations.DeleteModel(
            name='ItemVersion',
        ),
        migrations.DeleteModel(
            name='NegativeCertificate',
        ),
        migrations.DeleteModel(
            name='RatingQuestions',
        ),
        migrations.DeleteModel(
            name='ServiceItem',
        ),
        migrations.DeleteModel(
            name='Window',
        ),
    ]
        )
    ]
