"""Remote pictures, kept here: fetched once, looked at, drawn anew in two sizes, and shown from our own address.

So that a platform's image host learns nothing of who looks, and no foreign file reaches a browser as it came.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from PIL import Image, ImageOps

from channels.errors import Rejected
from channels.pictures import fetch_picture
from dashboard.core.pictures import SIZES
from dashboard.sync.models import SharedPicture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MAX_PIXELS = 40_000_000
KEPT_SECONDS = 30 * 24 * 3600
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # whatever Pillow makes of a bad file
NOT_AGAIN_SECONDS = 600  # a picture that could not be had
HOST_RESTS_SECONDS = 60  # a host that could not be reached
WAIT_SECONDS = 3.0
_SHARED = re.compile(r"/pictures/shared/([0-9a-f]{40})\.jpg\Z")

_turns = threading.BoundedSemaphore(3)  # of a process's threads; the rest serve pages


def picture(url: str, size: str) -> Path | None:
    """The file of a picture in one size, fetched now when it is not here yet; ``None`` when it cannot be had."""
    path = _path(url, size)
    if path.exists():
        return path
    if cache.get_many([_failed(url), _resting(url)]) or not _turns.acquire(timeout=WAIT_SECONDS):
        return None
    try:
        return path if path.exists() or _bring(url) else None
    finally:
        _turns.release()


def forget_old() -> int:
    """Delete the files that were fetched more than 30 days ago; returns how many."""
    edge, gone = time.time() - KEPT_SECONDS, 0
    for path in _folder().glob("*/*.webp"):
        if path.stat().st_mtime < edge:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _bring(url: str) -> bool:
    try:
        raw = _given_here(url) or fetch_picture(url, frozenset(settings.CHANNEL_ALLOWED_HOSTS))
        sizes = {size: drawn(raw, side) for size, side in SIZES.items()}
    except Rejected as refusal:
        unreached = refusal.status is None
        cache.set(
            _resting(url) if unreached else _failed(url), 1, HOST_RESTS_SECONDS if unreached else NOT_AGAIN_SECONDS
        )
        return False
    except UNREADABLE:
        cache.set(_failed(url), 1, NOT_AGAIN_SECONDS)
        return False
    for size, data in sizes.items():
        _write(_path(url, size), data)
    return True


def _given_here(url: str) -> bytes | None:
    """The picture behind an address of ours (`sharing`); ``None`` for any other."""
    found = _SHARED.search(url)
    image = SharedPicture.objects.filter(name=found[1]).values_list("image", flat=True).first() if found else None
    return None if image is None else bytes(image)


def drawn(raw: bytes, side: int, kind: str = "WEBP") -> bytes:
    """The picture anew, upright, at most ``side`` pixels long, without anything that was written beside it.

    As JPEG it stands on white where it was clear. Raises one of `UNREADABLE` for what is no picture or is too large.
    """
    with Image.open(io.BytesIO(raw), formats=FORMATS) as found:
        if found.width * found.height > MAX_PIXELS:
            raise ValueError("The picture has too many pixels.")
        found.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(found)
        anew = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    anew.thumbnail((side, side))
    if kind == "JPEG" and anew.mode == "RGBA":
        anew = Image.alpha_composite(Image.new("RGBA", anew.size, "white"), anew).convert("RGB")
    out = io.BytesIO()
    anew.save(out, kind, quality=80)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as half:
        half.write(data)
    os.replace(half.name, path)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "pictures"


def _digest(url: str) -> str:
    return hashlib.blake2b(url.encode(), digest_size=20).hexdigest()


def _path(url: str, size: str) -> Path:
    digest = _digest(url)
    return _folder() / digest[:2] / f"{digest}-{size}.webp"


def _failed(url: str) -> str:
    return f"picture:{_digest(url)}"


def _resting(url: str) -> str:
    return f"picture-host:{_digest(urlsplit(url).netloc)}"
