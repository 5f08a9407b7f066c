"""The audit trail, newest first."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.core.exports import export_response
from dashboard.core.pages import render
from dashboard.core.templatetags.dash import when_at
from dashboard.staff import details
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.filters import TRAIL
from dashboard.staff.models import AuditEvent
from dashboard.staff.verbs import in_words

COLUMNS = ("id", "sequence", "at", "actor_label", "verb", "target_kind", "target_label", "connection", "ip", "detail")


@require_safe
@requires("staff.manage")
def trail(request: StaffRequest) -> HttpResponseBase:
    """What people did, filtered by person, act, target, connection and day; as a page, its fragment, or a file."""
    if request.GET.get("format"):
        return export_response(request, TRAIL.domain, TRAIL.open(request, AuditEvent.objects.all()).queryset)
    listing = TRAIL.open(request, AuditEvent.objects.values(*COLUMNS))
    now = timezone.now()
    for row in listing.page.rows:
        row["when"] = when_at(row["at"], now)
        row["act"] = in_words(row["verb"])
        row["about"] = details.of_target(row["target_kind"], row["target_label"])
        row["detail_line"] = details.of_event(row["detail"])
    return render(request, "staff/trail.html", {"listing": listing, "can_export": request.user.may("export")})
