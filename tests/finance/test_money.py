"""The mirror and the exports of money."""

import io
import json
from decimal import Decimal

from django.core.management import call_command

from dashboard.finance import models as m
from dashboard.sync.models import FeedState
from tests.connected import pull

HEAD = "connection platform remote_id "
COLUMNS = {
    "payments": "number status remote_status currency placed_at gone_at order_remote_id amount method paid_at",
    "balances": "currency gone_at balance frozen available read_at",
    "wallet-movements": "currency gone_at kind amount order_number happened_at",
    "coupons": "currency gone_at name kind value minimum expires_at claimed",
}


def exported(domain):
    out = io.StringIO()
    call_command("export", domain, format="json", stdout=out)
    return json.loads(out.getvalue())


def test_the_columns_are_those_of_the_surface(agent, supplier):
    pull(agent.connection, "balance", "wallet", "coupons")
    pull(supplier.connection, "payments", "balance")
    for domain, columns in COLUMNS.items():
        rows = exported(domain)
        assert rows, domain
        assert " ".join(rows[0]) == HEAD + columns


def test_the_wallet_is_exported_as_it_stands(agent):
    connection, sandbox = agent
    pull(connection, "balance", "wallet")
    [row] = exported("balances")
    assert (row["balance"], row["frozen"], row["available"]) == (
        f"{sandbox.balance:.2f}",
        f"{sandbox.frozen:.2f}",
        f"{sandbox.available:.2f}",
    )
    told = {str(one["id"]): (format(one["amount"], ".2f"), one["type"]) for one in sandbox.transactions}
    assert {r["remote_id"]: (r["amount"], r["kind"]) for r in exported("wallet-movements")} == told


def test_a_balance_leaves_a_reading_when_it_changes_only(agent):
    connection, sandbox = agent
    pull(connection, "balance")
    pull(connection, "balance", full=True)
    assert m.BalanceReading.objects.count() == 1
    sandbox.deposit(Decimal(50), sandbox.now())
    pull(connection, "balance")
    readings = m.BalanceReading.objects.order_by("read_at").values_list("balance", flat=True)
    assert list(readings) == [sandbox.balance - 50, sandbox.balance]
    assert m.Balance.objects.get().balance == sandbox.balance


def test_a_balance_tells_when_it_was_read_last(agent):
    pull(agent.connection, "balance")
    pull(agent.connection, "balance")
    last = FeedState.objects.get(feed="balance").last_ok_at
    assert exported("balances")[0]["read_at"] == last.isoformat().replace("+00:00", "Z")


def test_the_suppliers_balances_and_payments_are_mirrored(supplier):
    pull(supplier.connection, "payments", "balance")
    assert set(m.Balance.objects.values_list("remote_id", flat=True)) == {"supplier", "user"}
    assert {row["status"] for row in exported("payments")} <= {"pending", "paid", "refunded", "unknown"}


def test_a_second_sweep_writes_nothing(agent, supplier):
    for connection, names in (
        (agent.connection, ("balance", "wallet", "coupons")),
        (supplier.connection, ("payments",)),
    ):
        pull(connection, *names, full=True)
        runs = pull(connection, *names, full=True)
        assert [(run.created, run.changed, run.gone) for run in runs] == [(0, 0, 0)] * len(names)
