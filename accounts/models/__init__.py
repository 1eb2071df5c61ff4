from accounts.models.audit import AuditEntry, AuditSeal, SealDelay
from accounts.models.factor import RecoveryCode, Totp
from accounts.models.gate import SignInGate
from accounts.models.session import Session
from accounts.models.use import FileUse
from accounts.models.user import User

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "FileUse",
    "RecoveryCode",
    "SealDelay",
    "Session",
    "SignInGate",
    "Totp",
    "User",
]
