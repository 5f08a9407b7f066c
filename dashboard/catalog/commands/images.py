"""Images stored on a platform; other calls refer to them by what the receipt names."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels import records as r
from dashboard.sync.kinds import AS_IT_IS, Context, Finding, Kind, Refused, Target, absent, register
from dashboard.sync.models import Connection

MAX_IMAGE = 10 * 1024 * 1024
_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


class File(msgspec.Struct, forbid_unknown_fields=True):
    """A file; `content` is base64 in JSON."""

    name: str
    content: bytes
    content_type: str = ""


class UploadImage(msgspec.Struct, forbid_unknown_fields=True):
    """One image."""

    file: File


@register
class UploadImageKind(Kind):
    """Store an image. One too many is used by nobody, so it may be sent again."""

    name = "catalog.upload_image"
    label = gettext_lazy("Upload image")
    capability = can.UploadsImages
    permission = "catalog.edit"
    Payload = UploadImage
    repeat = AS_IT_IS
    has_target = False
    exclusive = False
    secret_keys = ("file",)
    marker = "None: no endpoint lists images, and an image that nothing refers to does no harm."

    def check(self, connection: Connection, target: Target, payload: UploadImage) -> None:
        """An image by its own bytes, of at most 10 MB."""
        if len(payload.file.content) > MAX_IMAGE:
            raise Refused(_("The image is larger than 10 MB."), field="file")
        if not image_type(payload.file.content):
            raise Refused(_("The file is not an image (PNG, JPEG, GIF or WebP)."), field="file")

    def summary(self, payload: UploadImage) -> str:
        """The file's name."""
        return payload.file.name

    def send(self, context: Context) -> r.Receipt:
        """Store it."""
        file = context.payload.file
        image = r.Upload(name=file.name, content_type=image_type(file.content), content=file.content)
        receipt: r.Receipt = context.channel.upload_image(image)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Nothing to read; sending again is harmless."""
        return absent(_("No answer named the image, so nothing refers to it: it is sent again, which does no harm."))


def image_type(content: bytes) -> str:
    """The content type that the bytes themselves prove; empty for what is no image."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _BEGINNINGS.items() if content.startswith(start)), "")
