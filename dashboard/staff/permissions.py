"""The permission matrix: which roles hold which permission. This table is the only place that says so.

A superuser holds everything, a disabled person nothing. Ask with `user.may("orders.fulfil")`; guard views with
`dashboard.staff.access.requires`.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VIEWER, SUPPORT, FULFILMENT, FINANCE, ADMIN = "viewer", "support", "fulfilment", "finance", "admin"

ROLES: dict[str, Promise] = {
    VIEWER: _("Viewer"),
    SUPPORT: _("Support"),
    FULFILMENT: _("Fulfilment"),
    FINANCE: _("Finance"),
    ADMIN: _("Admin"),
}

_EVERYONE = frozenset(ROLES)
_EVERYONE_BUT_VIEWERS = _EVERYONE - {VIEWER}
_FULFILMENT = frozenset({FULFILMENT, ADMIN})
_SERVICE = frozenset({SUPPORT, FULFILMENT, ADMIN})
_MONEY = frozenset({FINANCE, ADMIN})

HOLDERS: dict[str, frozenset[str]] = {
    # reading
    "catalog.view": _EVERYONE,
    "orders.view": _EVERYONE,
    "aftersales.view": _EVERYONE,
    "messages.view": _EVERYONE,
    "tickets.view": _EVERYONE,
    "sourcing.view": _EVERYONE,
    "activity.view": _EVERYONE,
    "connections.view": _EVERYONE,
    "finance.view": _MONEY,
    "buyers.view": _EVERYONE_BUT_VIEWERS,  # e-mail, phone, address; others see them masked
    "export": _EVERYONE_BUT_VIEWERS,
    # catalog
    "catalog.edit": _FULFILMENT,
    "catalog.secrets": _FULFILMENT,  # account pools
    # orders
    "orders.fulfil": _FULFILMENT,  # deliver, report a delivery error, set the status
    "orders.create": _FULFILMENT,  # create, mark paid, cancel
    "orders.invoice": frozenset({FULFILMENT, FINANCE, ADMIN}),
    "orders.refund": _MONEY,
    "orders.annotate": _EVERYONE_BUT_VIEWERS,  # notes, tags, assignment
    "secrets.reveal": _FULFILMENT,
    # people
    "aftersales.decide": frozenset({SUPPORT, ADMIN}),
    "messages.send": _SERVICE,
    "tickets.work": _SERVICE,
    # buying
    "sourcing.buy": _FULFILMENT,  # spends money
    "sourcing.organise": _SERVICE,  # cart, favourites, addresses, profile
    # running the house
    "activity.settle": _MONEY,
    "connections.manage": frozenset({ADMIN}),
    "staff.manage": frozenset({ADMIN}),
}


def role_choices() -> list[tuple[str, Promise]]:
    """The roles as choices of a form or model field."""
    return list(ROLES.items())


def roles_with(code: str) -> list[Promise]:
    """The names of the roles that hold a permission, from least to most; raises KeyError for an unknown code."""
    return [label for role, label in ROLES.items() if role in HOLDERS[code]]
