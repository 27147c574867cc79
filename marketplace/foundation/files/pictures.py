"""Pictures: measured before anything is decoded, then drawn anew, so that nothing but the pixels stays."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from marketplace.core.text import Text
from marketplace.foundation.files.content import describe, sniffed
from marketplace.foundation.files.refusal import Unfit

MOST_PIXELS = 40_000_000
LARGEST_SIDE = 2000

# The readers by what the content says. Opened directly: Image.open would measure against a limit of its own, and
# would take a JPEG that holds several pictures for another format. Of an animation the first picture counts.
_READERS: dict[str, Callable[[io.BytesIO], ImageFile]] = {
    "jpg": JpegImageFile,
    "png": PngImageFile,
    "apng": PngImageFile,
    "webp": WebPImageFile,
}
# What Pillow's readers raise for bytes that are not what they claim (found by feeding them mutated pictures);
# where warnings are errors, its warning about damaged camera data too.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError,
    struct.error, zlib.error, Warning,
)  # fmt: skip
DAMAGED = Text("图片已损坏或不完整", "the picture is damaged or cut off")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew: WebP bytes, and its size in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A smaller picture: it fits into the box (pixels) and aims at so many bytes (ui/README.md, budgets)."""

    kind: str
    box: tuple[int, int]
    aim: int


VARIANTS = (Variant("list", (480, 640), 25_000), Variant("page", (1200, 1200), 120_000))


def redraw(data: bytes) -> tuple[Drawn, dict[str, Drawn]]:
    """The picture and its variants, upright, without metadata.

    Raises:
        Unfit: not a JPEG, PNG or WebP, over 40 megapixels, damaged or cut off.
    """
    reader = _READERS.get(sniffed(data))
    if reader is None:
        raise Unfit(describe(data))
    try:
        image = _decoded(data, reader)
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
        image = ImageOps.exif_transpose(image)
    except _BROKEN as error:
        raise Unfit(DAMAGED) from error
    # Whatever came with the pixels ends here: position, camera, comments, colour profile.
    image.info.clear()
    whole = Drawn(_webp(image, 82), *image.size)
    return whole, {variant.kind: _smaller(image, variant) for variant in VARIANTS}


def _decoded(data: bytes, reader: Callable[[io.BytesIO], ImageFile]) -> Image.Image:
    if reader is WebPImageFile:
        _check_pixels(*_webp_size(data))
    with reader(io.BytesIO(data)) as file:
        _check_pixels(*file.size)
        # A large JPEG is decoded at a half or a quarter at once.
        file.draft(None, (LARGEST_SIDE, LARGEST_SIDE))
        file.load()
        if file.mode.startswith("I;16"):
            return file.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
        return file.convert("RGBA" if file.has_transparency_data else "RGB")


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Unfit(
            Text(
                "图片为 %(width)s × %(height)s 像素，超过 4000 万像素",
                "the picture has %(width)s × %(height)s pixels, more than 40 million",
            )
            % {"width": width, "height": height}
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the header (RFC 9649): the reader takes memory for the whole canvas when it opens."""
    form = data[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _smaller(image: Image.Image, variant: Variant) -> Drawn:
    small = image.copy()
    small.thumbnail(variant.box, Image.Resampling.LANCZOS)
    data = b""
    for quality in (78, 62, 45, 30):
        data = _webp(small, quality)
        if len(data) <= variant.aim:
            break
    return Drawn(data, *small.size)


def _webp(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "WEBP", quality=quality, method=4)
    return target.getvalue()
