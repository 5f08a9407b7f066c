"""Forms of tickets. A refusal of a command lands at the field that it names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core.pages import keys_of
from dashboard.orders.models import Order
from dashboard.sync.forms import KeyedForm
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE
from dashboard.tickets import words
from dashboard.tickets.models import Ticket

AREA = {"rows": 5}


class ReplyForm(KeyedForm):
    """What to say."""

    text = forms.CharField(label=lazy("Reply"), widget=forms.Textarea(attrs=AREA), max_length=8000)

    def payload(self) -> dict[str, Any]:
        """The text."""
        return {"text": self.cleaned_data["text"]}


class UpdateForm(KeyedForm):
    """Status in the platform's own words, subject, text; only what the person changed is sent.

    The form carries what it showed (``seen_…``): what has moved since on the platform is not set back.
    """

    status = forms.ChoiceField(label=lazy("Status"), widget=forms.Select(attrs={"data-key": "e"}))
    subject = forms.CharField(label=lazy("Subject"), max_length=300)
    text = forms.CharField(label=lazy("Text"), widget=forms.Textarea(attrs=AREA), max_length=8000)

    def __init__(self, ticket: Ticket, *args: Any, **kwargs: Any) -> None:
        self.now = {"status": ticket.remote_status, "subject": ticket.subject, "text": ticket.body}
        seen = {f"seen_{name}": value for name, value in self.now.items()}
        super().__init__(*args, initial=self.now | seen, auto_id="update_%s", **kwargs)
        self.fields |= {name: forms.CharField(required=False, widget=forms.HiddenInput) for name in seen}
        known = ticket.connection.declared.channel.ticket_statuses
        choices = known if ticket.remote_status in known else (ticket.remote_status, *known)
        self.fields["status"].choices = [(word, words.choice(word)) for word in choices]  # type: ignore[attr-defined]

    def payload(self) -> dict[str, Any]:
        """What differs from what was shown, and from what the platform says now."""
        given = {name: _plain(value) for name, value in self.cleaned_data.items()}
        known = {name: (_plain(now), given[f"seen_{name}"] or _plain(now)) for name, now in self.now.items()}
        return {name: given[name] for name in self.now if given[name] not in known[name]}


def _plain(text: str) -> str:
    """A text as platforms keep it: a browser sends other line ends."""
    return text.replace("\r\n", "\n").strip()


class NoteForm(KeyedForm):
    """A private note."""

    text = forms.CharField(label=lazy("Private note"), widget=forms.Textarea(attrs=AREA), max_length=4000)


class OpenForm(KeyedForm):
    """A ticket of one kind about an order, with the fields that the platform requires for it."""

    text = forms.CharField(label=lazy("What happened"), widget=forms.Textarea(attrs=AREA), max_length=8000)

    def __init__(self, order: Order, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.kind = order, kind
        channel: Any = order.connection.declared.channel
        required = channel.ticket_fields[kind]
        choices = getattr(channel, "ticket_choices", {})
        self.takes_items = any("items" in names for names in channel.ticket_fields.values())
        for name, label in words.FIELDS.items():
            if name in required:
                self.fields[name] = _field(label, choices.get(name, ()))
        if self.takes_items:
            lines = [(line.remote_id, f"{line} ×{line.quantity}") for line in order.lines.order_by("pk")]
            self.fields["items"] = forms.MultipleChoiceField(
                label=_("Items"),
                choices=lines,
                widget=forms.CheckboxSelectMultiple,
                required="items" in required,
                initial=[line[0] for line in lines] if len(lines) == 1 else [],
            )
        self.order_fields([*words.FIELDS, "items", "text"])

    def clean(self) -> dict[str, Any]:
        """All pictures must have arrived on the platform."""
        found = super().clean() or {}
        self.images, late = self._pictures()
        if late:
            self.add_error(None, _("A picture is not on the platform yet; wait for it, or leave it out."))
        return found

    def _pictures(self) -> tuple[list[str], bool]:
        """The ids of the pictures that were sent for this form, and whether one is not there yet."""
        if not self.takes_items or not hasattr(self.data, "getlist"):
            return [], False
        pks = keys_of(self.data.getlist("pictures"))[:10]
        sent = Command.objects.filter(
            pk__in=pks, connection=self.order.connection_id, kind="tickets.upload_picture", target="-"
        )
        found = list(sent.order_by("pk"))
        ids = [str(command.receipt.get("remote_id", "")) for command in found if command.state == DONE]
        stored = [one for one in ids if one]
        return stored, len(stored) < len(found)

    def payload(self) -> dict[str, Any]:
        """The ticket as its kind takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "form_key" and value}
        more = {"images": self.images} if self.images else {}
        return {"kind": self.kind, "order": self.order.remote_id, **given, **more}


def _field(label: Any, choices: tuple[str, ...]) -> forms.Field:
    if choices:
        offered = [("", _("Choose")), *((word, words.choice(word)) for word in choices)]
        return forms.ChoiceField(label=label, choices=offered)
    return forms.CharField(label=label, max_length=300)
