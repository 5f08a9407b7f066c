"""Forms of the verbs. A refusal of a command lands at the field that it names."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from dashboard.core import countries, formatting
from dashboard.core.forms import NumberField, WholeField, lines_of
from dashboard.orders import counting
from dashboard.orders.models import Order
from dashboard.sync.forms import KeyedForm
from dashboard.sync.sharing import WithPictures

MAX_CODES = 500_000  # bytes
AREA = {"rows": 6, "class": "mono", "autocomplete": "off", "spellcheck": "false", "data-codes": True}


class VerbForm(KeyedForm):
    """What an order is told; by itself nothing but the verb."""

    def payload(self) -> dict[str, Any]:
        """The command's payload."""
        return {}


class CodesForm(VerbForm):
    """Base: what is delivered is typed, or stands in a text file; the file's lines come after those typed.

    They are put into the text, so that a refused form keeps them; a browser never sends a file twice.
    """

    one_of = ("content", "file")

    file = forms.FileField(
        label=lazy("Or a text file"), required=False, help_text=lazy("Text in UTF-8, at most 500 kB."),
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        text = _text_of(files.get("file")) if files else None
        if data is not None and text:
            typed = data.get("content", "").strip("\r\n")
            data = {**dict(data.items()), "content": f"{typed}\n{text}" if typed else text}
        super().__init__(data, files, **kwargs)

    def clean_file(self) -> Any:
        """Text, and not too much of it."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > MAX_CODES:
            raise forms.ValidationError(_("The file is larger than 500 kB."))
        if file is not None and _text_of(file) is None:
            raise forms.ValidationError(_("The file is not text in UTF-8."))
        return file


def _text_of(file: Any) -> str | None:
    """The lines of a file; `None` for none, for too many, and for what is no text."""
    if file is None or file.size > MAX_CODES:
        return None
    file.seek(0)
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text.strip("\r\n")


class DeliverForm(CodesForm):
    """Codes one a line, counted against the order, or a text as it is."""

    shape = forms.ChoiceField(
        label=lazy("What it is"),
        widget=forms.RadioSelect,
        initial="rows",
        choices=[("rows", lazy("Codes or accounts, one a line: each line is one unit")), ("text", lazy("One text"))],
    )
    content = forms.CharField(
        label=lazy("Content"),
        widget=forms.Textarea(attrs=AREA),
        strip=False,
        max_length=200_000,
        help_text=lazy("Stored encrypted; shown again only to those who may, with a record of it."),
    )
    append = forms.BooleanField(label=lazy("Add to what was delivered before"), required=False)
    replace = forms.BooleanField(label=lazy("Replace what was delivered before: the buyer loses it"), required=False)
    quantity = WholeField(label=lazy("Units in the text"), required=False, min_value=1)
    carrier = forms.CharField(label=lazy("Carrier"), required=False, max_length=120)
    tracking_number = forms.CharField(label=lazy("Tracking number"), required=False, max_length=120)
    repeated = forms.BooleanField(label=lazy("Deliver repeated lines all the same"), required=False)
    aliases = {"rows": "content"}

    def __init__(self, order: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.order_fields(["form_key", "shape", "content", "file"])
        channel = order.connection.declared.channel
        if not getattr(channel, "delivers_rows", False):
            del self.fields["shape"]
        if getattr(channel, "appends_deliveries", False):
            del self.fields["carrier"], self.fields["tracking_number"], self.fields["quantity"]
            self.initial.setdefault("append", bool(order.delivered_units))
        else:
            del self.fields["append"]
        if not (order.delivered_units and "append" in self.fields):
            del self.fields["replace"]

    def clean(self) -> dict[str, Any]:
        """Flag lines that repeat, and what would take the place of a delivery; both go out only on purpose."""
        found = super().clean() or {}
        if "replace" in self.fields and found["append"] == found["replace"]:
            self.add_error("append", _already_words(self.order.delivered_units or 0))
        if self.rows and not found.get("repeated"):
            places = counting.duplicates(self.order, self.rows)
            if places:
                self.add_error("content", repeated_words(places))
        return found

    @property
    def rows(self) -> list[str]:
        """The lines, where each is a unit."""
        is_rows = self.cleaned_data.get("shape", "text") == "rows"
        return lines_of(self.cleaned_data.get("content", "")) if is_rows else []

    def payload(self) -> dict[str, Any]:
        """Rows or text, and what else was given."""
        given = self.cleaned_data
        what: dict[str, Any] = {"rows": self.rows} if self.rows else {"content": given["content"].strip()}
        for name in ("append", "quantity", "carrier", "tracking_number"):
            if given.get(name):
                what[name] = given[name]
        return what


def _already_words(units: int) -> str:
    """What was delivered already, perhaps since the form was opened."""
    return ngettext(
        "%(n)s unit is delivered already. Choose whether this is added or takes its place.",
        "%(n)s units are delivered already. Choose whether this is added or takes their place.",
        units,
    ) % {"n": units}


def repeated_words(places: list[int]) -> str:
    """Which lines repeat others, or what was delivered before."""
    shown = ", ".join(map(str, places[:10])) + ("…" if len(places) > 10 else "")
    return ngettext(
        "Line %(lines)s repeats another line, or what was delivered before.",
        "Lines %(lines)s repeat other lines, or what was delivered before.",
        len(places),
    ) % {"lines": shown}


class ReportErrorForm(WithPictures, VerbForm):
    """What went wrong, with pictures."""

    field_order = ("remark", "image_urls", "pictures")

    remark = forms.CharField(label=lazy("What went wrong"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)

    def payload(self) -> dict[str, Any]:
        """Remark and addresses."""
        return {"remark": self.cleaned_data["remark"], "image_urls": lines_of(self.cleaned_data["image_urls"])}


class StatusForm(VerbForm):
    """One of the platform's words."""

    status = forms.ChoiceField(
        label=lazy("New status"), help_text=lazy("In the platform's own words. A refund has its own page.")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, words: tuple[str, ...], *args: Any, now: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.initial.setdefault("seen", now)
        self.fields["status"].choices = [("", "–"), *((word, word) for word in words)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What moved since the form was opened is said first; sending again is then on purpose."""
        found = super().clean() or {}
        seen = found.get("seen")
        if seen and self.now and seen != self.now:
            self.data = {**dict(self.data.items()), "seen": self.now}
            said = _("You saw “%(seen)s”; the platform now says “%(now)s”. Send again to set it all the same.")
            self.add_error("status", said % {"seen": seen, "now": self.now})
        return found

    def payload(self) -> dict[str, Any]:
        """The word."""
        return {"status": self.cleaned_data["status"]}


class RefundForm(VerbForm):
    """The amount typed once more; where the platform states none, what the money is for (`name`)."""

    typed = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}))

    def __init__(self, amount: Decimal | None, currency: str, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = name if amount is None else formatting.number(amount, currency)
        self.fields["typed"].label = _("Type %(amount)s to confirm") % {"amount": self.wanted}

    def clean_typed(self) -> str:
        """Exactly what is refunded."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed != self.wanted:
            raise forms.ValidationError(_("This is not %(amount)s.") % {"amount": self.wanted})
        return typed


class InvoiceForm(VerbForm):
    """A PDF with its number. Without a file one is made from the order."""

    number = forms.CharField(label=lazy("Invoice number"), max_length=120)
    file = forms.FileField(
        label=lazy("PDF"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        help_text=lazy("At most 10 MB. Without a file, an invoice is made from the order as the platform states it."),
    )
    seller = forms.CharField(
        label=lazy("Seller, on an invoice made here"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=600,
    )
    note = forms.CharField(label=lazy("Remark on it"), required=False, max_length=300)
    total = NumberField(label=lazy("Total"), required=False, min_value=0, max_digits=19, decimal_places=4)
    vat = NumberField(label=lazy("VAT"), required=False, min_value=0, max_digits=19, decimal_places=4)
    shipping_id = forms.CharField(label=lazy("Shipping id"), required=False, max_length=120)
    transaction_id = forms.CharField(label=lazy("Transaction id"), required=False, max_length=120)

    def extras(self) -> dict[str, Any]:
        """What goes beside number and file."""
        given = self.cleaned_data
        found = {name: str(given[name]) for name in ("total", "vat") if given[name] is not None}
        return found | {name: given[name] for name in ("shipping_id", "transaction_id") if given[name]}


class CreateOrderForm(VerbForm):
    """An order on a partner marketplace but for its lines, which a `Draft` holds."""

    partner_code = forms.CharField(
        label=lazy("Our code"),
        max_length=100,
        help_text=lazy("Finds the order again, whatever happens; used once."),
    )
    first_name = forms.CharField(label=lazy("First name"), max_length=80)
    last_name = forms.CharField(label=lazy("Last name"), max_length=80, required=False)
    street1 = forms.CharField(label=lazy("Street"), max_length=200)
    street2 = forms.CharField(label=lazy("Street, second line"), max_length=200, required=False)
    postcode = forms.CharField(label=lazy("Postcode"), max_length=20)
    city = forms.CharField(label=lazy("City"), max_length=100)
    state = forms.CharField(label=lazy("State or province"), max_length=100, required=False)
    country = forms.ChoiceField(label=lazy("Country"))
    phone = forms.CharField(label=lazy("Phone"), max_length=40)
    tracking_number = forms.CharField(label=lazy("Tracking number"), max_length=120, required=False)
    seller_name = forms.CharField(label=lazy("Seller's name"), max_length=120, required=False)
    aliases = {"shipping_address": "street1"}
    address = ("first_name", "last_name", "street1", "street2", "city", "state", "country", "postcode", "phone")

    def __init__(self, served: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.choices(served)  # type: ignore[attr-defined]
        self.initial.setdefault("partner_code", f"{timezone.now():%y%m%d}-{secrets.token_hex(3)}")

    def payload(self) -> dict[str, Any]:
        """The order as its kind takes it, without its lines."""
        given = self.cleaned_data
        return {
            "shipping_address": {name: given[name] for name in self.address},
            "partner_code": given["partner_code"].strip(),
            "tracking_number": given["tracking_number"],
            "seller_name": given["seller_name"],
        }


class NoteForm(forms.Form):
    """A private note."""

    is_kept = True

    text = forms.CharField(label=lazy("Private note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class TagForm(forms.Form):
    """A tag's name."""

    is_kept = True

    tag = forms.CharField(label=lazy("Tag"), max_length=40)


class BulkDeliverForm(CodesForm):
    """Codes for many orders, one a line, handed out in the order that the page shows."""

    content = forms.CharField(
        label=lazy("Codes, one a line"),
        widget=forms.Textarea(attrs=AREA | {"rows": 10}),
        max_length=500_000,
        help_text=lazy("Handed out from top to bottom: each order takes as many lines as it still needs."),
    )
    repeated = forms.BooleanField(label=lazy("Deliver repeated lines all the same"), required=False)

    def __init__(self, needed: int, delivered: set[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needed, self.delivered = needed, delivered
        self.order_fields(["form_key", "content", "file"])

    def clean_content(self) -> list[str]:
        """As many lines as units are needed, while any are."""
        found = lines_of(self.cleaned_data["content"])
        if self.needed and len(found) != self.needed:
            raise forms.ValidationError(
                _("%(needed)s lines are needed, %(given)s are given.") % {"needed": self.needed, "given": len(found)}
            )
        return found

    def clean(self) -> dict[str, Any]:
        """Flag lines that repeat, or that one of the orders was given before; and that no order takes any."""
        given = super().clean() or {}
        if not self.needed:
            raise forms.ValidationError(_("None of these orders takes a code any more. What you typed is kept here."))
        places = counting.repeats(given.get("content") or [], self.delivered)
        if places and not given.get("repeated"):
            self.add_error("content", repeated_words(places))
        return given
