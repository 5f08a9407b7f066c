"""Forms of the catalog."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.catalog.bulk import TITLES, Rule
from dashboard.catalog.imports import BOTH, COLUMNS
from dashboard.core.forms import NumberField


class FileForm(forms.Form):
    """A file of prices, stocks or both."""

    what = forms.ChoiceField(
        label=pgettext_lazy("verb", "Change"),
        choices=[
            (BOTH, _("Prices and stocks, as far as the file has them")),
            *((what, TITLES[what]) for what in COLUMNS),
        ],
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, or XLSX; at most 10,000 rows and 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )


class RuleForm(forms.Form):
    """A rule for prices, stocks or listings; asked for by GET, so that a dry run has an address."""

    DEFAULTS = {"how": "set", "step": "0.01", "listed": "on"}

    what = forms.ChoiceField(label=pgettext_lazy("verb", "Change"), choices=list(TITLES.items()))
    how = forms.ChoiceField(
        label=_("How"),
        choices=[("set", _("Set to")), ("percent", _("Change by per cent")), ("amount", _("Change by an amount"))],
    )
    value = NumberField(label=_("Value"), max_digits=12, decimal_places=4)
    step = forms.ChoiceField(
        label=_("Round prices to"),
        choices=[("0.01", _("two decimals")), *((step, step) for step in ("0.05", "0.10", "1.00", ".99"))],
    )
    listed = forms.ChoiceField(label=_("Listing"), choices=[("on", _("Put on sale")), ("off", _("Take off sale"))])

    def __init__(self, asked: Any, *, is_run: bool) -> None:
        what = asked.get("what", "")
        super().__init__({**self.DEFAULTS, **asked.dict()} if is_run else None, initial={"what": what or "price"})
        drop = ("how", "value", "step") if what == "listing" else ("listed",)
        for name in (*drop, *(("step",) if what == "stock" else ())):
            self.fields.pop(name, None)
        if what in TITLES:
            self.fields["what"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Stocks are whole numbers; nothing is set below nothing."""
        found = super().clean() or {}
        value = found.get("value")
        if value is not None and found.get("what") == "stock" and found.get("how") != "percent" and value % 1:
            self.add_error("value", _("Stocks are whole numbers."))
        elif value is not None and found.get("how") == "set" and value < 0:
            self.add_error("value", _("This cannot be less than nothing."))
        return found

    def rule(self) -> Rule:
        """The rule, of a valid form."""
        found = self.cleaned_data
        if found["what"] == "listing":
            return Rule("listing", value=Decimal(found["listed"] != "off"))
        return Rule(found["what"], found["how"], found["value"], found.get("step", ""))
