from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.factor import RecoveryCode, Totp
from accounts.models.gate import SignInGate
from accounts.models.session import Session
from accounts.models.user import User

__all__ = ["AuditEntry", "AuditSeal", "RecoveryCode", "Session", "SignInGate", "Totp", "User"]
