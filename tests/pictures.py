"""Small pictures to give away."""

import io

from PIL import Image


def png(shade: int = 10) -> bytes:
    """A PNG of eight by eight pixels in one grey."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(made, "PNG")
    return made.getvalue()
