"""Forms of buying."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.records import CouponRecord
from dashboard.core import formatting
from dashboard.core.countries import CountryField, choices
from dashboard.core.exports import plain_money
from dashboard.core.forms import NumberField, WholeField
from dashboard.sync.forms import CommandForm


class PlaceOrderForm(CommandForm):
    """For which order, remark, coupon, and the amount typed by hand."""

    for_order = forms.CharField(
        label=gettext_lazy("For the order"),
        help_text=gettext_lazy("Its number. Empty: for stock."),
        max_length=200,
        required=False,
    )
    remark = forms.CharField(label=gettext_lazy("Remark for the agent"), max_length=200, required=False)
    coupon = forms.ChoiceField(
        label=gettext_lazy("Coupon"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This coupon is not there any more, or has ended.")},
    )
    typed = forms.CharField(label=gettext_lazy("Amount of the goods, to confirm"), max_length=20)

    def __init__(self, *args: Any, total: Decimal, coupons: Iterable[CouponRecord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.total = total
        self.fields["typed"].help_text = _("Type %(total)s. Money is spent when the platform takes the order.") % {
            "total": plain_money(total)
        }
        self.fields["typed"].widget.attrs |= {"autocomplete": "off", "inputmode": "decimal", "class": "mono"}
        self.coupons = {one.remote_id: one for one in coupons}
        choices = [("", _("none")), *((key, coupon_words(one)) for key, one in self.coupons.items())]
        self.fields["coupon"].choices = choices  # type: ignore[attr-defined]

    def clean_coupon(self) -> str:
        """Only a coupon whose least amount the goods reach."""
        text = str(self.cleaned_data["coupon"])
        coupon = self.coupons.get(text)
        if coupon and coupon.minimum and self.total < coupon.minimum:
            least = formatting.money(coupon.minimum, coupon.currency)
            raise forms.ValidationError(_("This coupon needs goods for at least %(least)s.") % {"least": least})
        return text

    def clean_typed(self) -> str:
        """The very amount; a price that changed meanwhile is noticed here."""
        text = str(self.cleaned_data["typed"]).strip().replace(",", ".")
        try:
            same = Decimal(text) == self.total and "_" not in text
        except InvalidOperation:
            same = False
        if not same:
            raise forms.ValidationError(_("The goods cost %(total)s now.") % {"total": plain_money(self.total)})
        return text


def coupon_words(coupon: CouponRecord) -> str:
    """A coupon in a choice: name, from which amount on, and until when."""
    words = [coupon.name or coupon.remote_id]
    if coupon.minimum:
        words.append(_("from %(least)s") % {"least": formatting.money(coupon.minimum, coupon.currency)})
    if coupon.expires_at:
        words.append(_("until %(day)s") % {"day": formatting.day(coupon.expires_at)})
    return ", ".join(words)


class ImportForm(forms.Form):
    """A product by its address, or by its number at the source."""

    text = forms.CharField(
        label=gettext_lazy("Address or offer id"),
        max_length=500,
        error_messages={"required": gettext_lazy("Give an address or an offer id.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, why: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why = why
        self.fields["text"].help_text = why or gettext_lazy("The product's page opens with its kinds.")

    def clean(self) -> dict[str, Any]:
        """Not where the source cannot be asked."""
        if self.why:
            raise forms.ValidationError(self.why)
        return super().clean() or {}


class AddressForm(CommandForm):
    """A recipient."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60)
    country = CountryField(label=gettext_lazy("Country"))
    state = forms.CharField(label=gettext_lazy("State or province"), max_length=120, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120)
    address = forms.CharField(label=gettext_lazy("Street and number"), max_length=400)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=40)

    def clean_country(self) -> str:
        """One of the list, or the one that the address has had."""
        code = str(self.cleaned_data["country"])
        if code != self.initial.get("country") and code not in dict(choices()):
            raise forms.ValidationError(_("“%(code)s” is no country of the list.") % {"code": code})
        return code


class SaveAddressForm(AddressForm):
    """An address to keep."""

    is_default = forms.BooleanField(label=gettext_lazy("Use it by default"), required=False)


class ShipmentForm(AddressForm):
    """Method, recipient, remark, and the price typed by hand."""

    channel = forms.CharField(label=gettext_lazy("Shipping method"), max_length=120)
    remark = forms.CharField(label=gettext_lazy("Remark for the agent"), max_length=200, required=False)
    typed = forms.CharField(
        label=gettext_lazy("Price of the chosen method, to confirm"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal", "class": "mono"}),
    )


def side(label: Any) -> NumberField:
    """One side of a box, in centimetres and parts of them."""
    limits: dict[str, Any] = {"min_value": Decimal("0.1"), "max_value": 500, "decimal_places": 2}
    return NumberField(label=label, required=False, **limits)


class QuoteForm(forms.Form):
    """What to quote: a country, the weight where there is no package yet, and the box where it is known.

    `codes` are the countries that the agent ships to; none: nobody knows, and all are offered.
    """

    country = CountryField(label=gettext_lazy("To country"))
    grams = WholeField(label=gettext_lazy("Weight, g"), min_value=1, max_value=1_000_000)
    length = side(gettext_lazy("Length, cm"))
    width = side(gettext_lazy("Width, cm"))
    height = side(gettext_lazy("Height, cm"))

    def __init__(self, *args: Any, weighed: bool, codes: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **{"use_required_attribute": False, **kwargs})
        if weighed:
            del self.fields["grams"]
        self.fields["country"].choices = choices(codes)  # type: ignore[attr-defined]


class ProfileForm(CommandForm):
    """The fields of the profile that the platform takes."""

    username = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    avatar = forms.URLField(label=gettext_lazy("Picture, its address"), required=False, assume_scheme="https")
    language = forms.CharField(label=gettext_lazy("Language"), max_length=40)

    def __init__(self, *args: Any, known: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(known):
            del self.fields[name]

    def changed(self) -> dict[str, Any]:
        """Only what differs from what the form showed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
