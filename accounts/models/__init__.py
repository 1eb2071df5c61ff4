from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.session import Session
from accounts.models.user import User

__all__ = ["AuditEntry", "AuditSeal", "Session", "User"]
