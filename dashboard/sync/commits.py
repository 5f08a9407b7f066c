"""Commits that cost less: those that need not wait for the disk, and those of one statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import connection as database
from django.db import transaction

# Makes the commit of the statement that it is a condition of wait for nothing, and is always true.
UNHURRIED = "set_config('synchronous_commit', 'off', true) = 'off'"


@contextmanager
def may_be_lost() -> Iterator[None]:
    """A transaction that a crash of the database's machine may undo, whole, in its last moments, without harm.

    For what is read again, or only told. Inside a transaction of somebody else it is as lasting as that one.
    """
    is_own = database.vendor == "postgresql" and not database.in_atomic_block
    with transaction.atomic():
        if is_own:
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
        yield


def alone() -> AbstractContextManager[None]:
    """Around one statement that the database may refuse: it is a transaction by itself, or a savepoint inside one."""
    return transaction.atomic() if database.in_atomic_block else nullcontext()
