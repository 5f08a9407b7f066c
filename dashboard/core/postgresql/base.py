"""The database engine: a connection is asked whether it lives only when there is something to read from it.

Django asks the server before every request, which costs as much as keeping a push. But a server that ends a session
says so and closes it; while nothing has come, nothing was ended.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with that look."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """A new connection, or one out of the pool; those that the server has ended are thrown away."""
        connection = super().get_new_connection(conn_params)
        for _each in range(self.pool.max_size if self.pool else 0):
            if _lives(connection):
                break
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection

    def is_usable(self) -> bool:
        """Whether a connection that is kept for long can go on."""
        return _lives(self.connection)


def _lives(connection: psycopg.Connection[Any]) -> bool:
    try:
        if not _is_silent(connection):
            ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True


def _is_silent(connection: psycopg.Connection[Any]) -> bool:
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return not look.poll(0)
