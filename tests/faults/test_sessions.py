"""Sessions that end in the middle: one renewal, nothing skipped; credentials that no longer hold pause alone (F7)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection as database

from dashboard.orders.models import Order
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection
from dashboard.sync.opening import close_channels, open_channel
from dashboard.sync.runner import refresh
from tests.connected import Connect, fault, pull


@pytest.mark.django_db(transaction=True)
def test_eight_threads_renew_a_session_once(connect: Connect):
    made = connect("imetastore", scale="medium")
    sandbox: Any = made.sandbox
    open_channel(made.connection).check_credentials()
    assert sandbox.logins == 1
    sandbox.expire_tokens()
    barrier, pages, broken = threading.Barrier(8), [], []

    def work() -> None:
        try:
            barrier.wait()
            pages.append(len(open_channel(made.connection).pull_products(None, None).records))
        except Exception as error:
            broken.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert pages == [pages[0]] * 8
    assert sandbox.logins == 2


@pytest.mark.django_db
def test_a_session_that_ends_between_two_pages_skips_none(connect: Connect):
    made = connect("imetastore", scale="medium")
    for page in (1, 3, 5):
        fault(made.sandbox, "orders.list", "expire_token", skip=page)
    pull(made.connection, "orders", full=True)
    assert made.sandbox.logins == 4
    assert Order.objects.filter(connection=made.connection).count() == len(made.sandbox.orders)


@pytest.mark.django_db
def test_credentials_that_no_longer_hold_pause_one_connection(connect: Connect):
    made, other = connect("imetastore"), connect("imetastore", "other")
    pull(made.connection, "orders")
    made.sandbox.credentials = {"email": "seller@sandbox.example", "password": "changed"}
    made.sandbox.expire_tokens()
    close_channels()
    run = refresh(made.connection, FEEDS["orders"], purpose="foreground")
    assert run is not None
    assert run.error
    states = dict(Connection.objects.values_list("slug", "state"))
    assert states == {"imetastore": Connection.REAUTH_NEEDED, "other": Connection.ACTIVE}
    pull(other.connection, "orders")
