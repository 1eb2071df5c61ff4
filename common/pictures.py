"""Pictures that passed common.uploads: whether a photograph can be read, and the mark on a copy of a document."""

from functools import cache
from io import BytesIO
from math import hypot
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageStat

FONT_FOLDER = Path("/usr/share/fonts")
FONTS = ("wqy-microhei.ttc", "NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "uming.ttc")
LOOK_SIDE = 1000  # the side to which a picture is brought before it is judged
LEAST_SIDE = 480
DARK_BELOW = 60  # mean brightness of 255
SHARP_FROM = 40  # variance of the Laplacian
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
FORMATS = {"jpg": "JPEG", "png": "PNG"}


def doubts(content: bytes, kind: str) -> list[str]:
    """Why somebody may be unable to read the picture: "small", "dark", "blurred". A PDF is not judged."""
    if kind not in FORMATS:
        return []
    try:
        with Image.open(BytesIO(content), formats=[FORMATS[kind]]) as picture:
            found = ["small"] if min(picture.size) < LEAST_SIDE else []
            picture.draft("L", (LOOK_SIDE, LOOK_SIDE))
            grey = picture.convert("L")
    except OSError:
        return []  # advice only: what may be kept is decided elsewhere
    grey.thumbnail((LOOK_SIDE, LOOK_SIDE))
    if ImageStat.Stat(grey).mean[0] < DARK_BELOW:
        found.append("dark")
    if min(grey.size) > 8 and _sharpness(grey) < SHARP_FROM:
        found.append("blurred")
    return found


def _sharpness(grey: Image.Image) -> float:
    """The variance of the Laplacian, without the rim, which the filter leaves as it was."""
    edges = grey.filter(LAPLACIAN).crop((2, 2, grey.width - 2, grey.height - 2))
    return float(ImageStat.Stat(edges).var[0])


def marked(content: bytes, kind: str, text: str, *, plain: str) -> bytes:
    """The picture with `text` written across it again and again, light enough to read what is below.

    `plain` is written instead where no font for Chinese is installed. A PDF stays as it is.
    """
    if kind not in FORMATS:
        return content
    with Image.open(BytesIO(content), formats=[FORMATS[kind]]) as opened:
        picture = opened.convert("RGBA")
    layer = _mark(picture.size, text, plain)
    out = BytesIO()
    whole = Image.alpha_composite(picture, layer)
    if kind == "jpg":
        whole.convert("RGB").save(out, "JPEG", quality=88)
    else:
        whole.save(out, "PNG")
    return out.getvalue()


def _mark(size: tuple[int, int], text: str, plain: str) -> Image.Image:
    width, height = size
    letters = max(width // 24, 12)
    path = _font()
    if path:
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont = ImageFont.truetype(path, letters)
    else:
        font, text = ImageFont.load_default(letters), plain
    side = int(hypot(width, height)) + letters
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    long = int(draw.textlength(text, font=font)) + 2 * letters
    for row, y in enumerate(range(0, side, 5 * letters)):
        for x in range(-(row % 2) * long // 2, side, long):
            draw.text((x, y), text, font=font, fill=(200, 30, 30, 110))
    left, top = (side - width) // 2, (side - height) // 2
    return layer.rotate(25).crop((left, top, left + width, top + height))


@cache
def _font() -> str:
    for name in FONTS:
        if found := next(FONT_FOLDER.rglob(name), None):
            return str(found)
    return ""
