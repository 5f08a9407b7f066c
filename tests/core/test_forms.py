"""What a form says of its fields."""

import pytest

from dashboard.catalog.product_forms import AccountsForm
from dashboard.core.forms import is_optional
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
