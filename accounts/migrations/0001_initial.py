import common.fields
import common.ids
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('common', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=60, unique=True, verbose_name='账号')),
                ('display_name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                ('kind', models.CharField(choices=[('staff', '工作人员'), ('resident', '居民')], max_length=10, verbose_name='类别')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='须修改密码')),
                ('language', models.CharField(default='zh-hans', max_length=10, verbose_name='语言')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['staff', 'resident'])), name='user_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('session_key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('user_id', models.UUIDField(db_index=True, null=True)),
                ('created_at', models.DateTimeField(verbose_name='登录时间')),
                ('last_seen_at', models.DateTimeField(verbose_name='最近使用')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='地址')),
                ('label', models.CharField(blank=True, max_length=80, verbose_name='设备')),
            ],
            options={
                'verbose_name': '登录',
                'verbose_name_plural': '登录',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Totp',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='totp', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('secret', common.fields.EncryptedTextField()),
                ('last_step', models.BigIntegerField(default=0)),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='启用时间')),
            ],
            options={
                'verbose_name': '动态口令',
                'verbose_name_plural': '动态口令',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('action', models.CharField(max_length=60, verbose_name='动作')),
                ('user_id', models.UUIDField(null=True)),
                ('post_id', models.UUIDField(null=True)),
                ('post_label', models.CharField(blank=True, max_length=120, verbose_name='岗位')),
                ('body_id', models.UUIDField(null=True)),
                ('target_type', models.CharField(blank=True, max_length=80)),
                ('target_id', models.CharField(blank=True, max_length=60)),
                ('person_id', models.UUIDField(null=True)),
                ('place_path', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='事由')),
                ('detail', models.JSONField(default=dict)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('seal_no', models.BigIntegerField(null=True, unique=True)),
                ('chain', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'indexes': [models.Index(condition=models.Q(('person_id__isnull', False)), fields=['person_id', '-id'], name='audit_person'), models.Index(fields=['user_id', '-id'], name='audit_user'), models.Index(fields=['target_type', 'target_id', '-id'], name='audit_target'), django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='audit_at'), models.Index(condition=models.Q(('seal_no__isnull', True)), fields=['id'], name='audit_unsealed'), models.Index(condition=models.Q(('action', 'person.changed')), fields=['seal_no'], name='audit_changes')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('chain__isnull', True), ('seal_no__isnull', True)), models.Q(('chain__isnull', False), ('seal_no__gt', 0)), _connector='OR'), name='audit_sealed_whole')],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('last_no', models.BigIntegerField(primary_key=True, serialize=False)),
                ('first_no', models.BigIntegerField()),
                ('head', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('key_id', models.CharField(max_length=16)),
                ('sealed_at', models.DateTimeField()),
                ('anchored_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '审计封存',
                'verbose_name_plural': '审计封存',
                'indexes': [models.Index(condition=models.Q(('anchored_at__isnull', True)), fields=['last_no'], name='seal_not_anchored')],
            },
        ),
        migrations.CreateModel(
            name='FileUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.UUIDField()),
                ('day', models.DateField(verbose_name='日期')),
                ('person_id', models.UUIDField()),
                ('reveals', models.PositiveIntegerField(default=0, verbose_name='显示完整内容的次数')),
            ],
            options={
                'verbose_name': '当天查看的档案',
                'verbose_name_plural': '当天查看的档案',
                'constraints': [models.UniqueConstraint(models.F('user_id'), models.F('day'), models.F('person_id'), name='file_use_once')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.BinaryField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '备用码',
                'verbose_name_plural': '备用码',
                'constraints': [models.UniqueConstraint(models.F('user'), models.F('digest'), name='recovery_code_once')],
            },
        ),
        migrations.CreateModel(
            name='SealDelay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(verbose_name='开始')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束')),
            ],
            options={
                'verbose_name': '封存延误',
                'verbose_name_plural': '封存延误',
                'constraints': [models.UniqueConstraint(fields=('ended_at',), name='one_seal_delay_at_a_time', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='SignInGate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(max_length=64)),
                ('ip', models.CharField(blank=True, max_length=45, verbose_name='地址')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='失败次数')),
                ('failed_at', models.DateTimeField(null=True)),
                ('known_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': '登录尝试',
                'verbose_name_plural': '登录尝试',
                'constraints': [models.UniqueConstraint(models.F('account'), models.F('ip'), name='gate_account_ip')],
            },
        ),
    ]
