"""The two decisions. A refusal of the command lands at the field that it names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.aftersales.models import Case
from dashboard.core import formatting
from dashboard.core.forms import lines_of
from dashboard.sync.kinds import Refused
from dashboard.sync.sharing import WithPictures
from dashboard.sync.web import new_form_key


class DecisionForm(forms.Form):
    """Base: a key against double clicks."""

    form_key = forms.CharField(max_length=80, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", new_form_key())

    def refuse(self, refusal: Refused) -> None:
        """Say at its field what the command was refused for."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.words)


class ApproveForm(DecisionForm):
    """The amount typed once more: approving pays it back."""

    typed = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}))

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="approve_%s", **kwargs)
        self.wanted = formatting.number(case.amount, case.currency) if case.amount is not None else str(case)
        self.fields["typed"].label = _("Type %(amount)s to confirm") % {"amount": self.wanted}

    def clean_typed(self) -> str:
        """Exactly what is refunded."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self.wanted:
            raise forms.ValidationError(_("This is not %(amount)s.") % {"amount": self.wanted})
        return typed

    def payload(self) -> dict[str, Any]:
        """Approved."""
        return {"approve": True}


class RejectForm(WithPictures, DecisionForm):
    """Why, with pictures."""

    field_order = ("reason", "image_urls", "pictures")

    reason = forms.CharField(
        label=lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "r"}),
        max_length=1000,
        help_text=lazy("The buyer and the platform read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reject_%s", **kwargs)

    def payload(self) -> dict[str, Any]:
        """Rejected, with what proves it."""
        urls = lines_of(self.cleaned_data["image_urls"])
        return {"approve": False, "reason": self.cleaned_data["reason"], "image_urls": urls}
