"""Answering a request with a page, or with the fragment of it that htmx asked for."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render as render_template
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

_ANY_KEY = 4_000_000_007


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of a page; false for a restored history entry or a boosted link to a whole page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and (headers.get("HX-Boosted") != "true" or bool(headers.get("HX-Target")))
    )


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "fragment",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only its ``{% partialdef fragment %}`` when htmx asks and the page has one."""
    names = [f"{template}#{fragment}", template] if is_fragment(request) else [template]
    response = render_template(request, names, dict(context or {}), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Boosted", "HX-Target"))
    return response


def polled(request: HttpRequest, parts: tuple[object, ...], build: Callable[[], HttpResponse]) -> HttpResponse:
    """304 while ``parts`` (what the fragment shows, in short) are as the browser knows them; otherwise ``build()``.

    ``build`` is not called for a 304. The person and the language always belong to the validator.
    """
    who = (getattr(request.user, "pk", None), getattr(request, "LANGUAGE_CODE", ""), request.get_full_path())
    digest = hashlib.blake2b(repr((who, parts)).encode(), digest_size=16).hexdigest()
    tag = f'W/"{digest}"'
    unchanged = tag in (each.strip() for each in request.headers.get("If-None-Match", "").split(","))
    response = HttpResponseNotModified() if unchanged else build()
    response["ETag"] = tag
    patch_vary_headers(response, ("HX-Request", "HX-Boosted", "HX-Target"))
    return response


def settled(request: HttpRequest, response: HttpResponse, polling: str) -> HttpResponse:
    """Tell the page that what ``polling`` (an element's id) waited for is over: whatever else it shows is read anew."""
    if request.headers.get("HX-Trigger") == polling:
        trigger_client_event(response, "settled")
    return response


def addresses(name: str) -> Callable[[object], str]:
    """The address of a record's page by its key, for a whole list: the name is looked up once."""
    before, after = reverse(name, args=[_ANY_KEY]).rsplit(str(_ANY_KEY), 1)
    return lambda key: f"{before}{key}{after}"


def key_of(given: str) -> int:
    """The key that a text names; for what cannot be one 0, which no row has."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def keys_of(given: Iterable[str]) -> list[int]:
    """The keys among what a form names, each once; what cannot be one is left out."""
    return list(dict.fromkeys(filter(None, map(key_of, given))))


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to ``url`` (our own address), in the way that htmx or a plain form understands."""
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def safe_next(request: HttpRequest, default: str) -> str:
    """The ``next`` address of the request when it stays on this host, otherwise ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if inside and wanted.startswith("/") and wanted.isprintable() else default


def toast(response: HttpResponse, text: object, *, tone: str, note: object = "") -> HttpResponse:
    """Make a fragment's answer also show a toast; ``tone`` is act, wait, good or calm."""
    events = json.loads(response.get("HX-Trigger", "{}"))
    events["toast"] = {"text": str(text), "tone": tone, "note": str(note)}
    response["HX-Trigger"] = json.dumps(events)
    return response
