"""Until when a thread can rest: times of the person's own day that are still to come, or one that they name."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

MORNING = time(9)
LONGEST = timedelta(days=90)


def choices(now: datetime) -> list[tuple[str, str, datetime]]:
    """Key, words and time of what is offered."""
    today = timezone.localtime(now)
    tomorrow = today.date() + timedelta(days=1)
    monday = today.date() + timedelta(days=7 - today.weekday())
    return [
        ("hour", _("In an hour"), now + timedelta(hours=1)),
        ("later", _("In four hours"), now + timedelta(hours=4)),
        ("tomorrow", _("Tomorrow at 9:00"), timezone.make_aware(datetime.combine(tomorrow, MORNING))),
        ("monday", _("Monday at 9:00"), timezone.make_aware(datetime.combine(monday, MORNING))),
    ]


class SnoozeForm(forms.Form):
    """``until``: one of `choices`, or a time in the person's zone; to come, and not further off than `LONGEST`."""

    until = forms.CharField(max_length=40, label=lazy("Until"))

    def clean_until(self) -> datetime:
        """The moment."""
        given, now = self.cleaned_data["until"], timezone.now()
        offered = {key: at for key, _words, at in choices(now)}
        if given in offered:
            return offered[given]
        at: datetime | None = forms.DateTimeField().clean(given)
        if at is None or not now < at <= now + LONGEST:
            raise forms.ValidationError(_("Choose a time within the next %(n)s days.") % {"n": LONGEST.days})
        return at
