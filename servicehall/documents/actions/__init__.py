from servicehall.documents.actions.comparing import is_same_file
from servicehall.documents.actions.ending import withdraw
from servicehall.documents.actions.issuing import issue, issue_for
from servicehall.documents.actions.loading import load_documents
from servicehall.documents.actions.looking import open_letter
from servicehall.documents.actions.mandates import follow_mandate
from servicehall.documents.actions.printing import pdf_of
from servicehall.documents.actions.sealing import put_seal

__all__ = [
    "follow_mandate",
    "is_same_file",
    "issue",
    "issue_for",
    "load_documents",
    "open_letter",
    "pdf_of",
    "put_seal",
    "withdraw",
]
