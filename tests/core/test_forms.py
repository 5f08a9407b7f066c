"""What a form says of its fields."""

import pytest

from dashboard.aftersales.forms import RejectForm
from dashboard.catalog.product_forms import AccountsForm
from dashboard.core.forms import control, is_optional
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
