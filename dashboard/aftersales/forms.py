"""The two decisions. A refusal of the command lands at the field that it names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from dashboard.aftersales.models import Case
from dashboard.core.forms import lines_of
from dashboard.orders.forms import RefundForm
from dashboard.sync.forms import KeyedForm
from dashboard.sync.sharing import WithPictures


class ApproveForm(RefundForm):
    """Approving pays the buyer back."""

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case.amount, case.currency, str(case), *args, auto_id="approve_%s", **kwargs)

    def payload(self) -> dict[str, Any]:
        """Approved."""
        return {"approve": True}


class RejectForm(WithPictures, KeyedForm):
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
        given = self.cleaned_data
        return {"approve": False, "reason": given["reason"], "image_urls": lines_of(given["image_urls"])}
