"""Pictures for platforms that take addresses only: kept here, and shown to whoever has the address.

The address holds a keyed digest of the picture: nobody can guess it, and the same picture always has the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core.forms import lines_of
from dashboard.sync.models import SharedPicture
from dashboard.sync.pictures import UNREADABLE, drawn

MOST = 9  # files of one form
LARGEST = 10 * 1024 * 1024  # bytes of one
SIDE = 2000  # pixels
KEPT = timedelta(days=365)

Share = Callable[[UploadedFile], str]


def sharer(request: HttpRequest) -> Share:
    """What keeps a file for the person who asks and answers its whole address."""
    return partial(_share, request)


def _share(request: HttpRequest, file: UploadedFile) -> str:
    """Draw a file anew and keep it for a year from now. Raises ValidationError, and nothing is kept."""
    told = {"name": file.name or ""}
    if (file.size or 0) > LARGEST:
        raise ValidationError(_("“%(name)s” is larger than 10 MB.") % told)
    try:
        image = drawn(file.read(), SIDE, "JPEG")
    except UNREADABLE:
        raise ValidationError(_("“%(name)s” is no picture: give PNG, JPEG, GIF or WebP.") % told) from None
    name = salted_hmac("shared picture", image, algorithm="sha256").hexdigest()[:40]
    about = {"image": image, "given_by": request.user, "given_at": timezone.now()}
    SharedPicture.objects.update_or_create(name=name, defaults=about)
    return request.build_absolute_uri(reverse("sync:shared_picture", args=[name]))


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PictureFiles(forms.FileField):
    """Any number of files."""

    widget = _ManyFiles(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of them."""
        return [super(PictureFiles, self).clean(file, initial) for file in data or ()]


class WithPictures(forms.Form):
    """Base of forms with pictures that a platform loads by their addresses: typed, or given as files.

    `share` keeps a file. The addresses of files are put behind those typed, so that a refused form keeps them; a
    browser never sends a file twice.
    """

    image_urls = forms.CharField(
        label=lazy("Pictures"),
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
        required=False,
        help_text=lazy("Web addresses, one a line: the platform loads them itself."),
    )
    pictures = PictureFiles(
        label=lazy("Or from this computer"),
        required=False,
        help_text=lazy(
            "PNG, JPEG, GIF or WebP, 10 MB each. The platform loads them from this dashboard, "
            "at addresses that nobody can guess."
        ),
    )

    def __init__(self, data: Any = None, files: Any = None, *, share: Share | None = None, **kwargs: Any) -> None:
        self._unread: list[Any] = []
        if share and data is not None and files:
            data = self._with_addresses(data, files.getlist("pictures"), share)
        super().__init__(data, files, **kwargs)

    def _with_addresses(self, data: Any, files: list[UploadedFile], share: Share) -> dict[str, Any]:
        urls = lines_of(data.get("image_urls", ""))
        if len(files) > MOST:
            self._unread.append(ValidationError(_("At most %(n)s pictures.") % {"n": MOST}))
            files = []
        for file in files:
            try:
                urls.append(share(file))
            except ValidationError as unread:
                self._unread.append(unread)
        return {**data.dict(), "image_urls": "\n".join(dict.fromkeys(urls))}

    def clean_pictures(self) -> list[Any]:
        """Nothing is sent while one of them could not be read."""
        if self._unread:
            raise ValidationError(self._unread)
        found: list[Any] = self.cleaned_data["pictures"]
        return found
