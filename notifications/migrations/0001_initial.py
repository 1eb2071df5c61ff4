import common.fields
import common.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageRule',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('valid_from', models.DateField(unique=True, verbose_name='生效日期')),
                ('quiet_from', models.TimeField(verbose_name='静默开始')),
                ('quiet_to', models.TimeField(verbose_name='静默结束')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '发送规则',
                'verbose_name_plural': '发送规则',
                'ordering': ['-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='WorkerBeat',
            fields=[
                ('name', models.CharField(max_length=120, primary_key=True, serialize=False, verbose_name='进程')),
                ('beat_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '后台心跳',
                'verbose_name_plural': '后台心跳',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60, verbose_name='种类')),
                ('key', models.CharField(max_length=120, verbose_name='事件键')),
                ('channel', models.CharField(choices=[('in_site', '站内消息'), ('sms', '短信'), ('call', '电话告知')], max_length=10, verbose_name='渠道')),
                ('phone', common.fields.EncryptedTextField(null=True, verbose_name='电话')),
                ('phone_digest', models.BinaryField(max_length=32, null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('about', models.CharField(blank=True, max_length=80, verbose_name='事由')),
                ('place_path', models.CharField(blank=True, max_length=255)),
                ('params', models.JSONField(default=dict)),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='语言')),
                ('state', models.CharField(choices=[('due', '待发送'), ('sending', '发送中'), ('sent', '已送达'), ('uncertain', '结果不明'), ('failed', '发送失败'), ('cancelled', '不再发送')], max_length=10, verbose_name='状态')),
                ('not_before', models.DateTimeField()),
                ('give_up_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('text', models.TextField(blank=True, verbose_name='内容')),
                ('gateway', models.CharField(blank=True, choices=[('first', '第一短信网关'), ('second', '第二短信网关')], default='', max_length=10, verbose_name='短信网关')),
                ('provider_id', models.CharField(blank=True, max_length=120)),
                ('receipt', models.CharField(blank=True, choices=[('delivered', '已到达手机'), ('undelivered', '没有到达')], default='', max_length=12, verbose_name='回执')),
                ('last_error', models.CharField(blank=True, max_length=40, verbose_name='原因')),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '消息',
                'verbose_name_plural': '消息',
                'indexes': [models.Index(condition=models.Q(('state', 'due'), models.Q(('channel', 'call'), _negated=True)), fields=['not_before'], name='message_due'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='message_leased'), models.Index(condition=models.Q(('channel', 'in_site')), fields=['user', '-id'], name='message_inbox'), models.Index(condition=models.Q(('channel', 'in_site'), ('read_at__isnull', True)), fields=['user'], name='message_unread'), models.Index(condition=models.Q(('channel', 'sms')), fields=['phone_digest', 'tried_at'], name='message_number'), models.Index(condition=models.Q(('state__in', ['failed', 'uncertain']), models.Q(('channel', 'call'), ('state', 'due')), _connector='OR'), fields=['-id'], name='message_trouble')],
                'constraints': [models.UniqueConstraint(fields=('key', 'channel'), name='message_once_per_channel'), models.CheckConstraint(condition=models.Q(('channel__in', ['in_site', 'sms', 'call'])), name='message_channel_known'), models.CheckConstraint(condition=models.Q(('state__in', ['due', 'sending', 'sent', 'uncertain', 'failed', 'cancelled'])), name='message_state_known'), models.CheckConstraint(condition=models.Q(('gateway__in', ['', 'first', 'second'])), name='message_gateway_known'), models.CheckConstraint(condition=models.Q(('receipt__in', ['', 'delivered', 'undelivered'])), name='message_receipt_known'), models.CheckConstraint(condition=models.Q(('lease_until__isnull', False), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='message_sending_has_lease'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', False), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='message_sent_has_time')],
            },
        ),
        migrations.CreateModel(
            name='MessagePreference',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('phone_digest', models.BinaryField(max_length=32, null=True, unique=True)),
                ('is_sms_refused', models.BooleanField(default=False, verbose_name='不接收短信')),
                ('changed_at', models.DateTimeField()),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '接收偏好',
                'verbose_name_plural': '接收偏好',
                'constraints': [models.CheckConstraint(condition=models.Q(('user__isnull', True), ('phone_digest__isnull', True), _connector='XOR'), name='preference_of_user_or_number')],
            },
        ),
        migrations.CreateModel(
            name='OutboxPause',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('is_restore', models.BooleanField(default=False, verbose_name='数据库恢复后')),
                ('paused_at', models.DateTimeField(verbose_name='暂停时间')),
                ('paused_by', models.CharField(max_length=120)),
                ('released_at', models.DateTimeField(null=True)),
                ('released_by', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'verbose_name': '暂停发送',
                'verbose_name_plural': '暂停发送',
                'constraints': [models.UniqueConstraint(models.ExpressionWrapper(models.Q(('released_at__isnull', True)), output_field=models.BooleanField()), condition=models.Q(('released_at__isnull', True)), name='outbox_paused_once')],
            },
        ),
        migrations.CreateModel(
            name='RecordedSms',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('idempotency_key', models.CharField(max_length=64, unique=True)),
                ('phone', common.fields.EncryptedTextField(verbose_name='电话')),
                ('phone_digest', models.BinaryField(max_length=32)),
                ('text', models.TextField(verbose_name='内容')),
                ('repeats', models.PositiveIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '演示短信',
                'verbose_name_plural': '演示短信',
                'indexes': [models.Index(fields=['phone_digest', '-id'], name='recorded_by_number')],
            },
        ),
        migrations.CreateModel(
            name='SmsReceipt',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('gateway', models.CharField(choices=[('first', '第一短信网关'), ('second', '第二短信网关')], max_length=10, verbose_name='短信网关')),
                ('receipt_id', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('delivered', '已到达手机'), ('undelivered', '没有到达')], max_length=12, verbose_name='状态')),
                ('received_at', models.DateTimeField()),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.message')),
            ],
            options={
                'verbose_name': '短信回执',
                'verbose_name_plural': '短信回执',
                'constraints': [models.UniqueConstraint(fields=('gateway', 'receipt_id'), name='receipt_once'), models.CheckConstraint(condition=models.Q(('gateway__in', ['first', 'second'])), name='receipt_gateway_known'), models.CheckConstraint(condition=models.Q(('state__in', ['delivered', 'undelivered'])), name='receipt_state_known')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('owner', models.CharField(max_length=80, verbose_name='接收方')),
                ('body_key', models.CharField(max_length=80, verbose_name='机构代码')),
                ('place_path', models.CharField(max_length=255)),
                ('url', models.CharField(max_length=500, verbose_name='推送地址')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='事件')),
                ('secret', common.fields.EncryptedTextField(verbose_name='签名密钥')),
                ('old_secret', common.fields.EncryptedTextField(null=True, verbose_name='原签名密钥')),
                ('old_until', models.DateTimeField(null=True)),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='停用时间')),
                ('end', models.CharField(blank=True, choices=[('by_hand', '人工停用'), ('failing', '连续多日失败'), ('gone', '对方不再接收')], default='', max_length=10, verbose_name='停用原因')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='连续失败次数')),
                ('failing_since', models.DateTimeField(null=True, verbose_name='开始失败时间')),
                ('created_at', models.DateTimeField(verbose_name='登记时间')),
                ('keeper', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '推送地址',
                'verbose_name_plural': '推送地址',
                'indexes': [models.Index(fields=['body_key'], name='endpoint_by_body')],
                'constraints': [models.CheckConstraint(condition=models.Q(('end__in', ['', 'by_hand', 'failing', 'gone'])), name='endpoint_end_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('is_active', True)), models.Q(('ended_at__isnull', False), ('is_active', False)), _connector='OR'), name='endpoint_ended_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('old_secret__isnull', True), ('old_until__isnull', True)), models.Q(('old_secret__isnull', False), ('old_until__isnull', False)), _connector='OR'), name='endpoint_old_secret_ends')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(max_length=60, verbose_name='事件')),
                ('key', models.CharField(max_length=120, verbose_name='事件键')),
                ('payload', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(verbose_name='发生时间')),
                ('state', models.CharField(choices=[('due', '待推送'), ('sending', '推送中'), ('sent', '已送达'), ('failed', '待重试'), ('dead', '已放弃')], max_length=10, verbose_name='状态')),
                ('not_before', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='次数')),
                ('last_status', models.PositiveSmallIntegerField(null=True, verbose_name='应答')),
                ('last_error', models.CharField(blank=True, max_length=40, verbose_name='原因')),
                ('milliseconds', models.PositiveIntegerField(null=True, verbose_name='用时')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='送达时间')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.webhookendpoint')),
            ],
            options={
                'verbose_name': '推送记录',
                'verbose_name_plural': '推送记录',
                'indexes': [models.Index(fields=['endpoint', '-id'], name='delivery_log'), models.Index(condition=models.Q(('state__in', ['due', 'failed'])), fields=['not_before'], name='delivery_due'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='delivery_leased')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'key'), name='delivery_once_per_endpoint'), models.CheckConstraint(condition=models.Q(('state__in', ['due', 'sending', 'sent', 'failed', 'dead'])), name='delivery_state_known'), models.CheckConstraint(condition=models.Q(('lease_until__isnull', False), models.Q(('state', 'sending'), _negated=True), _connector='OR'), name='delivery_sending_has_lease'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', False), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='delivery_sent_has_time')],
            },
        ),
    ]
