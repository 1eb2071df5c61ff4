"""The PDF of a letter: drawn when somebody first asks for it, then kept, so that it has one hash for ever."""

import hashlib

from django.db import transaction

from common import storage
from servicehall.documents import pdf
from servicehall.documents.models import Letter


def pdf_of(letter: Letter, *, check_url: str) -> bytes:
    """The bytes of the letter; `check_url` is what its QR code holds. Sets `letter.sha256`.

    `letter` was fetched for whoever asks. Raises pdf.NoFonts where none are installed.
    """
    if letter.file:
        try:
            return storage.read(letter.file)
        except storage.FileMissing:
            pass  # a restored database without its files: drawn again, it must come to the same hash
    image = letter.words["seal"] and letter.words["seal"]["image"]
    drawn = pdf.draw(letter.words, check_url=check_url, seal=storage.read(image) if image else None)
    digest = hashlib.sha256(drawn).hexdigest()
    with transaction.atomic():
        row = Letter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter.pk)
        if row.file != letter.file:  # somebody was faster
            drawn = storage.read(row.file)
        elif row.sha256 and row.sha256 != digest:
            raise storage.FileMissing(row.file)
        else:
            row.file, row.sha256 = storage.keep(drawn), digest
            row.save(update_fields=["file", "sha256"])
    letter.file, letter.sha256 = row.file, row.sha256
    return drawn
