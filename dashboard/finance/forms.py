"""Forms of money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.core.forms import NumberField, currency_code


class CostForm(forms.Form):
    """What an order cost: the number of an order that a wallet paid, or an amount with its currency."""

    is_kept = True

    one_of = ("reference", "amount")

    reference = forms.CharField(
        label=gettext_lazy("Number of the purchase"),
        help_text=gettext_lazy("What the wallet paid under this number counts as the cost."),
        max_length=120,
        required=False,
    )
    amount = NumberField(
        label=gettext_lazy("Or an amount"), min_value=0, max_digits=19, decimal_places=4, required=False
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, validators=[currency_code], required=False)
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)

    def clean_currency(self) -> str:
        """Upper case, as ISO writes it."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """One of the two, and an amount with its currency."""
        data = super().clean() or {}
        if bool(data.get("reference")) == (data.get("amount") is not None):
            raise forms.ValidationError(_("Give either the number of a purchase or an amount."))
        if data.get("amount") is not None and not data.get("currency"):
            self.add_error("currency", _("An amount needs its currency."))
        return data
