"""Pictures for tickets: stored like the catalog's, by those who work on tickets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from dashboard.catalog.commands.images import UploadImageKind
from dashboard.sync.kinds import register


@register
class UploadPictureKind(UploadImageKind):
    """Store a picture that a ticket will show."""

    name = "tickets.upload_picture"
    label = gettext_lazy("Upload picture")
    permission = "tickets.work"
