"""The frame's own addresses: language, sync sign, palette, saved views."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_GET, require_POST

from dashboard.core import navigation, pages, palette, saved_views
from dashboard.core.forms import SavedViewForm
from dashboard.core.models import SavedView


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read the site in another language from now on; kept on the person, or in a cookie before sign-in."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest("unknown language", content_type="text/plain")
    response = HttpResponseRedirect(pages.safe_next(request, "/"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        wanted,
        max_age=365 * 86400,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    if request.user.is_authenticated and hasattr(request.user, "language"):
        get_user_model()._default_manager.filter(pk=request.user.pk).update(language=wanted)
    translation.activate(wanted)
    return response


@require_GET
def sync_sign(request: HttpRequest) -> HttpResponse:
    """The sync sign as the top bar polls it, with the counts of the navigation beside it."""
    frame = navigation.Frame(request)
    counted = [entry for section in frame.sections for entry in section["entries"] if entry["count_id"]]
    sign = tuple(sorted((key, str(value)) for key, value in frame.sync_sign.items()))
    parts = (sign, tuple((entry["count_id"], entry["count"], entry["tone"]) for entry in counted))
    context = {"sign": frame.sync_sign, "counted": counted}
    return pages.polled(request, parts, lambda: render(request, "components/sync_sign.html", context))


@require_GET
def palette_hits(request: HttpRequest) -> HttpResponse:
    """What the palette offers for ``?q=``, as options."""
    hits = palette.hits(request, request.GET.get("q", "")[:100].strip())
    return render(request, "components/palette_hits.html", {"hits": hits})


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list's address under a name; the same name again replaces what it held.

    ``saved`` is the person's own view that is open: it takes the new name unless another of theirs has it.
    """
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        return render(request, "components/saved_view_form.html", {"form": form}, status=422)
    kept = {
        "query": saved_views.kept_query(QueryDict(form.cleaned_data["query"])),
        "shared": form.cleaned_data["shared"],
    }
    place, name = {"owner_id": request.user.pk, "domain": form.cleaned_data["domain"]}, form.cleaned_data["name"]
    own, opened = SavedView.objects.filter(**place), request.POST.get("saved", "")[:18]
    if opened.isdecimal() and not own.filter(name=name).exists():
        own.filter(pk=opened).update(name=name)
    view, _created = SavedView.objects.update_or_create(**place, name=name, defaults=kept)
    cache.delete(saved_views.saved_views_key(request.user, view.domain))
    back = pages.safe_next(request, "/").partition("?")[0]
    return pages.redirect(request, f"{back}?{view.query}{'&' if view.query else ''}saved={view.pk}")


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of the person's own saved views; somebody else's is a 404."""
    view = get_object_or_404(SavedView, pk=pk, owner_id=request.user.pk)
    view.delete()
    cache.delete(saved_views.saved_views_key(request.user, view.domain))
    return pages.redirect(request, pages.safe_next(request, "/").partition("?")[0])
