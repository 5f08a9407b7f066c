"""Makes the people and rows that tests are about."""

from typing import Any

from dashboard.staff.models import User
from dashboard.staff.permissions import ADMIN

PASSWORD = "correct-horse-battery"


def make_user(username: str = "mei", role: str = ADMIN, **fields: Any) -> User:
    """A person who sees all connections and signs in with `PASSWORD`."""
    return User.objects.create_user(
        **{"username": username, "password": PASSWORD, "role": role, "sees_all_connections": True} | fields
    )


def make_superuser(username: str = "root") -> User:
    """A superuser who signs in with `PASSWORD`."""
    return User.objects.create_superuser(username, password=PASSWORD)
