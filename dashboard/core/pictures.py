"""Addresses of remote pictures as our pages show them: through our own door, for what a page of ours named."""

from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.urls import reverse

SIZES = {"small": 144, "large": 1200}  # the longer side, in pixels
_signer = Signer(salt="pictures")


def shown_at(url: str, size: str = "small") -> str:
    """Where the picture behind a remote address is shown from; signed, so that nobody can ask for another one."""
    return f"{reverse('sync:picture', args=[size])}?{urlencode({'of': _signer.sign(url)})}"


def named_by(signed: str) -> str | None:
    """The remote address that ``shown_at`` signed; ``None`` for anything else."""
    try:
        return _signer.unsign(signed)
    except BadSignature:
        return None
