"""Images: what the document's Image object says of an uploaded PNG or JPEG."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from channels.shoppo.sandbox_shop import Problem, Shop, Thing

LARGEST = 10 * 1024 * 1024
_SIDES = (100, 400, 1000)


@dataclass
class File:
    """An uploaded file, as a variable of type ``File``."""

    name: str
    content_type: str
    content: bytes


def upload_image(shop: Shop, file: object) -> Thing:
    """Upload Image: PNG and JPEG only."""
    if not isinstance(file, File):
        raise Problem("The file must be uploaded with the request.", "InvalidImage")
    if len(file.content) > LARGEST:
        raise Problem("The image is larger than 10 MB.", "InvalidImage")
    kind, width, height = measure(file.content)
    image = add_image(shop, hashlib.md5(file.content, usedforsecurity=False).hexdigest(), kind, width, height)
    shop.applied("uploadImage", image_id=image["id"], checksum=image["checksum"], size=len(file.content))
    return {"image": image}


def add_image(shop: Shop, checksum: str, kind: str, width: int, height: int) -> Thing:
    """An image with its four versions, as the document's example has them."""
    ending = kind.upper()
    versions = [{"filename": f"{checksum}.{ending}", "height": height, "width": width}]
    for side in _SIDES:
        shorter = min(width, height)
        versions.append(
            {
                "filename": f"{checksum}-{side}x{side}.{ending}",
                "height": height * side // shorter,
                "width": width * side // shorter,
            }
        )
    return shop.add(
        "Image",
        checksum=checksum,
        originalHeight=height,
        originalWidth=width,
        originalUrl=f"https://cdn.shoppo.com/images/{checksum}.{ending}",
        mainColor=f"#{shop.random.randrange(0x1000000):06X}",
        type=kind,
        versions=versions,
    )


def measure(content: bytes) -> tuple[str, int, int]:
    """Format, width and height in pixels. Raises the platform's error for what is no PNG or JPEG."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith(b"\xff\xd8"):
            return ("jpeg", *_jpeg_size(content))
        else:
            raise Problem("The image must be a png or a jpeg.", "InvalidImage")
    except (struct.error, IndexError):
        raise Problem("The image cannot be read.", "InvalidImage") from None
    if not (width and height):
        raise Problem("The image cannot be read.", "InvalidImage")
    return "png", width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return max(1, width), max(1, height)
        place += 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
    raise IndexError
