"""The limited process in which uploaded bytes are parsed. Started by common.uploads, never imported by the server.

``python -m common.upload_child pdf|jpg|png`` reads the file from standard input and writes one line of JSON,
``{"code": "", "pages": n}``, then (for pictures) the re-encoded picture to standard output.
"""

import json
import sys
from io import BytesIO
from typing import TYPE_CHECKING

from common import limited

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 300 * 1024 * 1024  # address space, bytes
CPU_SECONDS = 5
MAX_OUTPUT = 48 * 1024 * 1024  # bytes that may be written to the answer
KEPT_PIXELS = 16_000_000  # larger photographs are scaled down while they are decoded; A4 at 300 dpi has 8.7 million


def limit_resources() -> None:
    """Bind this process before it touches a foreign byte."""
    limited.bind(memory=MEMORY, cpu_seconds=CPU_SECONDS, output=MAX_OUTPUT)


def clean_picture(data: bytes, kind: str, *, max_pixels: int, max_side: int) -> bytes:
    """Decode and encode again: what is not a pixel (EXIF, comments, profiles, appended bytes) does not survive."""
    from PIL import Image, ImageOps  # after the limits are set

    Image.MAX_IMAGE_PIXELS = None  # our own limits are stricter and checked below
    with Image.open(BytesIO(data), formats=["JPEG" if kind == "jpg" else "PNG"]) as opened:
        width, height = opened.size
        if width * height > max_pixels or max(width, height) > max_side:
            raise MemoryError
        if kind == "jpg":
            shrink = next(n for n in (1, 2, 4, 8) if width * height <= KEPT_PIXELS * n * n)
            opened.draft(None, (width // shrink, height // shrink))
        opened.load()
        ImageOps.exif_transpose(opened, in_place=True)
        picture = _plain(opened, keep_alpha=kind == "png")
    picture.info = {}
    out = BytesIO()
    if kind == "jpg":
        picture.save(out, "JPEG", quality=88, optimize=False)
    else:
        picture.save(out, "PNG")
    return out.getvalue()


def _plain(image: "Image", *, keep_alpha: bool) -> "Image":
    """Grey, RGB or RGBA with 8 bits a channel."""
    if image.mode.startswith(
        "I"
    ):  # 16 bits of grey: keep the upper eight, a plain conversion would clip
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if keep_alpha and image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "L", "LA"} else "RGB")


def answer(
    kind: str, data: bytes, *, max_pixels: int, max_side: int
) -> tuple[str, int | None, bytes]:
    """Code ("" means clean), number of pages, content."""
    from common import pdf_check

    try:
        if kind == "pdf":
            return "", pdf_check.check_pdf(data), b""
        return "", None, clean_picture(data, kind, max_pixels=max_pixels, max_side=max_side)
    except pdf_check.Refused as refused:
        return refused.code, None, b""
    except (MemoryError, RecursionError):
        return "too_complex", None, b""
    except Exception:  # noqa: BLE001  whatever a decoder raises on foreign bytes, the file is not readable
        return "damaged", None, b""


def main() -> None:
    limit_resources()
    kind, max_pixels, max_side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    code, pages, content = answer(
        kind, sys.stdin.buffer.read(), max_pixels=max_pixels, max_side=max_side
    )
    sys.stdout.buffer.write(json.dumps({"code": code, "pages": pages}).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
