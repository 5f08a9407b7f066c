"""Shows remote pictures from our own address, and to platforms those that we gave them."""

from __future__ import annotations

import base64

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_safe

from dashboard.core.pictures import SIZES, named_by
from dashboard.sync.models import SharedPicture
from dashboard.sync.pictures import picture as picture_of

KEPT = "private, max-age=86400"
NOTHING = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")  # one clear pixel


@require_GET
def picture(request: HttpRequest, size: str) -> HttpResponse:
    """One remote picture that a page of ours named; a clear pixel when it cannot be had, so that its sign shows."""
    url = named_by(request.GET.get("of", ""))
    if url is None or size not in SIZES:
        raise Http404
    path = picture_of(url, size)
    response = HttpResponse(path.read_bytes() if path else NOTHING, content_type="image/webp")
    if path:
        response["Cache-Control"] = KEPT
    return response


@require_safe
@login_not_required
def shared(request: HttpRequest, name: str) -> HttpResponse:
    """A picture that one of us gave to a platform, for whoever has its address; other sites may show it."""
    image = SharedPicture.objects.filter(name=name).values_list("image", flat=True).first()
    if image is None:
        raise Http404
    headers = {
        "Cache-Control": "public, max-age=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(bytes(image), content_type="image/jpeg", headers=headers)
