from servicehall.documents.actions.comparing import is_same_file
from servicehall.documents.actions.ending import withdraw
from servicehall.documents.actions.issuing import issue, issue_for
from servicehall.documents.actions.loading import load_documents
from servicehall.documents.actions.looking import open_letter
from servicehall.documents.actions.mandates import follow_mandate
from servicehall.documents.actions.printing import pdf_of
from servicehall.documents.actions.sealing import put_seal
from servicehall.documents.actions.texts import (
    discard_text,
    propose_text,
    publish_text,
    retire_text,
    save_text,
    seen_of,
    send_text_back,
    start_text,
    take_text_back,
)

__all__ = [
    "discard_text",
    "follow_mandate",
    "is_same_file",
    "issue",
    "issue_for",
    "load_documents",
    "open_letter",
    "pdf_of",
    "propose_text",
    "publish_text",
    "put_seal",
    "retire_text",
    "save_text",
    "seen_of",
    "send_text_back",
    "start_text",
    "take_text_back",
    "withdraw",
]
