"""Who can be given a piece of work: people who hold its permission and see its connection."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

from dashboard.staff.models import User
from dashboard.staff.permissions import HOLDERS
from dashboard.sync.models import Connection

OFFERED = 12
MOST = 60  # of all colleagues
CACHED_SECONDS = 20


def able(connection: Connection, code: str) -> QuerySet[User]:
    """Those who may do it on that connection, by name."""
    sees = Q(is_superuser=True) | Q(sees_all_connections=True) | Q(pk__in=connection.people.values("pk"))
    return _holders(code).filter(sees)


def colleagues(code: str, asking: Any) -> tuple[tuple[int, str], ...]:
    """Key and name of everybody else who holds a permission: for many rows at once, on whatever connections.

    Kept for some seconds; nobody for who does not hold it. Whoever is chosen is checked for each row.
    """
    if not asking.may(code):
        return ()
    key = f"people:{code}"
    known = cache.get(key)
    if known is None:
        known = [(one.pk, one.label) for one in _holders(code).only("username", "first_name", "last_name")[:MOST]]
        cache.set(key, known, CACHED_SECONDS)
    return tuple((pk, name) for pk, name in known if pk != asking.pk)


def _holders(code: str) -> QuerySet[User]:
    may = Q(is_superuser=True) | Q(role__in=HOLDERS[code])
    return User.objects.filter(may, is_active=True).order_by("username")


def offered(connection: Connection, code: str, asking: Any, chosen: int | None) -> dict[str, Any] | None:
    """What `components/assign_menu.html` offers: the one who asks, the first others, whether there are more.

    Kept for some seconds; whoever is chosen is checked against `able`. None for who may not assign.
    """
    if not asking.may(code):
        return None
    key = f"people:{connection.pk}:{code}"
    known = cache.get(key)
    if known is None:
        rows = able(connection, code).only("username", "first_name", "last_name")[: OFFERED + 2]
        known = [(one.pk, one.label) for one in rows]
        cache.set(key, known, CACHED_SECONDS)
    others = [{"pk": pk, "name": name, "current": pk == chosen} for pk, name in known if pk != asking.pk]
    return {"others": others[:OFFERED], "more": len(others) > OFFERED, "mine": chosen == asking.pk, "chosen": chosen}
