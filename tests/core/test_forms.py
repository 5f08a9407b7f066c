"""What a form says of its fields."""

import pytest
from django.core.exceptions import ValidationError

from dashboard.aftersales.forms import RejectForm
from dashboard.catalog.product_forms import AccountsForm
from dashboard.core.forms import NumberField, WholeField, control, is_optional
from dashboard.finance.forms import CostForm
from dashboard.orders.forms import CodesForm


@pytest.mark.parametrize(
    ("form", "optional"),
    [
        (AccountsForm, []),
        (CostForm, ["currency", "note"]),
        (CodesForm, []),
    ],
)
def test_of_fields_one_of_which_is_needed_none_is_called_optional(form, optional):
    assert sorted(field.name for field in form().visible_fields() if is_optional(field)) == optional


def test_no_browser_cuts_a_long_text_and_the_server_says_by_how_much_it_is_too_long():
    assert "maxlength" not in control(RejectForm()["reason"])
    form = RejectForm({"reason": "r" * 1001})
    assert form.errors["reason"] == ["Ensure this value has at most 1000 characters (it has 1001)."]
    assert "r" * 1001 in control(form["reason"])


@pytest.mark.parametrize("field", [WholeField(), NumberField(max_digits=9, decimal_places=2)], ids=["whole", "number"])
def test_an_underscore_is_no_digit(field):
    assert field.clean(" 1000 ") == 1000
    with pytest.raises(ValidationError) as refused:
        field.clean("1_000")
    assert refused.value.messages == [field.error_messages["invalid"]]
    with pytest.raises(ValidationError, match="This field is required"):
        field.clean(None)
