"""Shows remote pictures from our own address."""

from __future__ import annotations

import base64

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from dashboard.core.pictures import SIZES, named_by
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
