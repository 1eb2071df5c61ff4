"""The only writers of publicity, one function per verb."""

from servicehall.publicity.actions.appraising import record_appraisal
from servicehall.publicity.actions.closing import end_over
from servicehall.publicity.actions.loading import load_publicity
from servicehall.publicity.actions.objecting import (
    answer_objection,
    file_objection,
    refer_objection,
)
from servicehall.publicity.actions.publishing import publicise

__all__ = [
    "answer_objection",
    "end_over",
    "file_objection",
    "load_publicity",
    "publicise",
    "record_appraisal",
    "refer_objection",
]
