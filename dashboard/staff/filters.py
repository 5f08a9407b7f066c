"""How the audit trail is listed and narrowed."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from dashboard.core.days import SinceDay, UntilDay
from dashboard.core.filters import Filters, Head, ListSpec
from dashboard.staff.models import AuditEvent, User


def everyone(_request: Any) -> Any:
    """The people to choose from."""
    return User.objects.order_by("username")


class AuditFilters(Filters):
    """By person, act (the beginning of a verb), connection and day; the search box looks into targets."""

    search_fields = ("target_label", "target_id")

    actor = django_filters.ModelChoiceFilter(label=_("Person"), queryset=everyone)
    verb = django_filters.CharFilter(label=_("Act"), lookup_expr="startswith")
    connection = django_filters.CharFilter(label=_("Connection"))
    since = SinceDay(label=_("From"), field_name="at")
    until = UntilDay(label=_("To"), field_name="at")

    class Meta:
        model = AuditEvent
        fields = ("actor", "verb", "connection", "since", "until")


TRAIL = ListSpec(
    domain="audit",
    filters=AuditFilters,
    heads=(
        Head(_("When"), "when", ("sequence",)),
        Head(_("Person")),
        Head(_("Act")),
        Head(_("Target")),
        Head(_("Connection")),
        Head(_("Address")),
        Head(_("Detail")),
    ),
    sort="-when",
)
