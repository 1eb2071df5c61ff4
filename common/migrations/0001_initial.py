from django.contrib.postgres.operations import (
    BtreeGinExtension,
    BtreeGistExtension,
    TrigramExtension,
)
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        TrigramExtension(),  # search of names; an app with such an index depends on this migration
        BtreeGinExtension(),  # and the place beside the name, in one index
        BtreeGistExtension(),  # exclusion constraints over periods
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=100, verbose_name='所有者')),
                ('key', models.CharField(max_length=100, verbose_name='幂等键')),
                ('fingerprint', models.CharField(max_length=64, verbose_name='内容摘要')),
                ('result', models.CharField(blank=True, max_length=200, verbose_name='结果')),
                ('created_at', models.DateTimeField(verbose_name='创建时间')),
            ],
            options={
                'verbose_name': '幂等键',
                'verbose_name_plural': '幂等键',
                'indexes': [models.Index(fields=['created_at'], name='idempotency_key_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'key'), name='one_request_per_idempotency_key')],
            },
        ),
        migrations.CreateModel(
            name='RateBucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.BinaryField(max_length=32, verbose_name='对象摘要')),
                ('started_at', models.DateTimeField(verbose_name='窗口开始')),
                ('ends_at', models.DateTimeField(verbose_name='窗口结束')),
                ('count', models.PositiveIntegerField(verbose_name='次数')),
            ],
            options={
                'verbose_name': '频次',
                'verbose_name_plural': '频次',
                'indexes': [models.Index(fields=['ends_at'], name='rate_bucket_end')],
                'constraints': [models.UniqueConstraint(fields=('bucket', 'started_at'), name='one_count_per_bucket_window')],
            },
        ),
    ]
