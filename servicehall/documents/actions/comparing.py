"""Whether a file that somebody holds is the letter as it was issued: hash against hash, nothing is parsed or kept."""

import hashlib
import hmac

from common.uploads import MAX_BYTES, UploadRefused, recognise
from servicehall.documents.models import Letter


def is_same_file(letter: Letter, data: bytes) -> bool:
    """Raises UploadRefused for what is no PDF, or too large to be one of ours."""
    if not data:
        raise UploadRefused("empty")
    if len(data) > MAX_BYTES:
        raise UploadRefused("too_large")
    if recognise(data) != "pdf":
        raise UploadRefused("unknown")
    digest = hashlib.sha256(data).hexdigest()
    return bool(letter.sha256) and hmac.compare_digest(digest, letter.sha256)
