"""How the audit trail is listed and narrowed."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.core.days import SinceDay, UntilDay
from dashboard.core.filters import Filters, Head, ListSpec
from dashboard.staff import verbs
from dashboard.staff.models import AuditEvent, User


def everyone(_request: Any) -> Any:
    """The people to choose from."""
    return User.objects.order_by("username")


class ActField(forms.ChoiceField):
    """An act in words, or an area; what no table holds is looked for just as it is."""

    def valid_value(self, value: Any) -> bool:
        """Everything: it only finds nothing."""
        return True


class Act(django_filters.ChoiceFilter):
    """The beginning of a verb: the whole of it, or its area."""

    field_class = ActField

    def filter(self, qs: Any, value: Any) -> Any:
        """Acts that begin so; “null” is a word like any other, and none holds a zero byte."""
        if value and "\0" in value:
            return qs.none()
        return super(django_filters.ChoiceFilter, self).filter(qs, value)


class AuditFilters(Filters):
    """By person, act, connection and day; the search box looks into targets."""

    search_fields = ("target_label", "target_id")

    actor = django_filters.ModelChoiceFilter(label=_("Person"), queryset=everyone)
    verb = Act(label=_("Act"), lookup_expr="startswith", choices=verbs.choices)
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
