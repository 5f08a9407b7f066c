import pytest

from dashboard.staff import permissions
from dashboard.staff.models import User

EVERYONE = "viewer support fulfilment finance admin"
MATRIX = {
    "catalog.view": EVERYONE,
    "orders.view": EVERYONE,
    "aftersales.view": EVERYONE,
    "messages.view": EVERYONE,
    "tickets.view": EVERYONE,
    "sourcing.view": EVERYONE,
    "activity.view": EVERYONE,
    "connections.view": EVERYONE,
    "finance.view": "finance admin",
    "buyers.view": "support fulfilment finance admin",
    "export": "support fulfilment finance admin",
    "catalog.edit": "fulfilment admin",
    "catalog.secrets": "fulfilment admin",
    "orders.fulfil": "fulfilment admin",
    "orders.create": "fulfilment admin",
    "orders.invoice": "fulfilment finance admin",
    "orders.refund": "finance admin",
    "orders.annotate": "support fulfilment finance admin",
    "secrets.reveal": "fulfilment admin",
    "aftersales.decide": "support admin",
    "messages.send": "support fulfilment admin",
    "tickets.work": "support fulfilment admin",
    "sourcing.buy": "fulfilment admin",
    "sourcing.organise": "support fulfilment admin",
    "activity.settle": "finance admin",
    "connections.manage": "admin",
    "staff.manage": "admin",
}


def test_the_table_is_the_agreed_one():
    assert {code: set(roles) for code, roles in permissions.HOLDERS.items()} == {
        code: set(roles.split()) for code, roles in MATRIX.items()
    }


@pytest.mark.parametrize("role", permissions.ROLES)
def test_a_person_may_what_the_role_holds(role):
    person = User(username="mei", role=role)
    assert {code for code in permissions.HOLDERS if person.may(code)} == {
        code for code, roles in permissions.HOLDERS.items() if role in roles
    }


def test_a_superuser_may_everything():
    person = User(username="root", role=permissions.VIEWER, is_superuser=True)
    assert all(person.may(code) for code in permissions.HOLDERS)


def test_a_disabled_person_may_nothing():
    person = User(username="root", role=permissions.ADMIN, is_superuser=True, is_active=False)
    assert not any(person.may(code) for code in permissions.HOLDERS)


def test_an_unknown_role_holds_nothing():
    assert not any(User(role="owner").may(code) for code in permissions.HOLDERS)


def test_an_unknown_code_is_an_error_even_for_a_superuser():
    with pytest.raises(KeyError):
        User(is_superuser=True).may("orders.refnd")
