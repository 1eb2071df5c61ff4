from servicehall.publicity.models.notice import Appraisal, PublicNotice
from servicehall.publicity.models.objection import Objection
from servicehall.publicity.models.rule import PublicityRule

__all__ = ["Appraisal", "Objection", "PublicNotice", "PublicityRule"]
