from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UserKind(TextChoices):
    STAFF = "staff", _("工作人员")
    RESIDENT = "resident", _("居民")
