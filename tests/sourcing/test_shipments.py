"""Shipments: each is made once, whatever becomes of the answer."""

from decimal import Decimal

import pytest

from dashboard.sourcing.models import Package, Shipment
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, queue, step

KIND = "sourcing.create_shipment"
TO = {
    "name": "Ana Weber",
    "phone": "+49 30 1234",
    "country": "de",
    "state": "",
    "city": "Berlin",
    "address": "Allee 1",
    "postcode": "10115",
}


@pytest.fixture
def packages(mirrored, sandbox):
    """Two packages that may be shipped."""
    found = [str(p["id"]) for p in sandbox.packages.values() if p["status"] == "in_warehouse" and p["_passed"]]
    return found[:2]


def ship(connection, packages, **more):
    given = {"items": [{"package": one, "quantity": 1} for one in packages], "channel": "ch-002", "recipient": TO}
    return queue(connection, KIND, "-", **(given | more))


def test_a_shipment_is_made_and_mirrored(mirrored, sandbox, packages):
    command = drive(ship(mirrored, packages))
    assert (command.state, command.error) == ("done", "")
    [effect] = effects(sandbox, "shipping.create")
    assert effect["items"] == [[int(one), 1] for one in packages]
    row = Shipment.objects.get(remote_id=effect["orderNo"])
    assert (row.status, row.recipient["name"], row.recipient["country"]) == ("pending", "Ana Weber", "DE")
    assert set(row.items.values_list("package_remote_id", flat=True)) == set(packages)
    assert set(Package.objects.filter(remote_id__in=packages).values_list("shippable", flat=True)) == {False}


def test_a_lost_answer_is_proven_by_shipment_and_packages(mirrored, sandbox, packages):
    fault(sandbox, "shipping.create", "drop_after_apply")
    command = ship(mirrored, packages)
    assert step(command).state == "unknown"
    assert drive(command).state == "done"
    [effect] = effects(sandbox, "shipping.create")
    assert command.receipt["number"] == effect["orderNo"]
    assert len(command.evidence[-1]["witnesses"]) == 2


def test_absence_is_seen_twice_before_it_is_sent_again(mirrored, sandbox, packages):
    fault(sandbox, "shipping.create", "status")
    command = ship(mirrored, packages)
    assert [step(command).state for _ in range(3)] == ["unknown", "unknown", "queued"]
    assert effects(sandbox, "shipping.create") == []
    assert drive(command).state == "done"
    assert len(effects(sandbox, "shipping.create")) == 1


def test_packages_that_left_otherwise_need_a_person(mirrored, sandbox, packages):
    fault(sandbox, "shipping.create", "status")
    command = ship(mirrored, packages)
    step(command)
    sandbox.packages[int(packages[0])]["status"] = "returned"
    assert drive(command).state == "needs_review"
    assert effects(sandbox) == []


def test_a_first_attempt_that_arrives_late_is_not_sent_again(mirrored, sandbox, packages):
    from channels.fulfillbot.sandbox_data import CHANNELS

    fault(sandbox, "shipping.create", "status")
    command = ship(mirrored, packages)
    for _ in range(3):
        step(command)
    late = sandbox.ship([(int(one), 1) for one in packages], CHANNELS[1], sandbox._recipient(0), sandbox.now())
    assert drive(command).state == "done"
    assert command.receipt["number"] == late["orderNo"]
    assert effects(sandbox) == []


def test_what_may_not_be_shipped_any_more_is_not_sent(mirrored, sandbox, packages):
    command = ship(mirrored, packages)
    sandbox.packages[int(packages[0])]["status"] = "returned"
    assert drive(command).state == "rejected"
    assert effects(sandbox) == []


def test_the_platforms_refusal_is_kept_in_its_words(mirrored, sandbox, packages):
    sandbox.balance = sandbox.frozen + Decimal(1)
    command = drive(ship(mirrored, packages))
    assert (command.state, command.error) == ("rejected", "Insufficient balance")
    assert effects(sandbox) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"package": "999999", "quantity": 1}]}, "items"),
        ({"channel": "ch-999"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"recipient": TO | {"postcode": ""}}, "recipient"),
    ],
)
def test_what_is_incomplete_is_not_queued(mirrored, packages, change, field):
    with pytest.raises(Refused) as refused:
        ship(mirrored, packages, **change)
    assert refused.value.field == field
    assert not Command.objects.exists()


def test_a_package_that_may_not_be_shipped_is_not_queued(mirrored, packages):
    Package.objects.filter(remote_id=packages[0]).update(shippable=False)
    with pytest.raises(Refused, match="may not be shipped"):
        ship(mirrored, packages)
    with pytest.raises(Refused, match="once"):
        ship(mirrored, [packages[1], packages[1]])
    assert not Command.objects.exists()


@pytest.mark.parametrize("kind", [None, "drop_after_apply", "status"])
@pytest.mark.parametrize(
    ("name", "endpoint", "status", "reached"),
    [
        ("sourcing.cancel_shipment", "shipping.cancel", "pending", "cancelled"),
        ("sourcing.confirm_delivery", "shipping.confirm", "shipped", "delivered"),
    ],
)
def test_a_shipment_is_cancelled_or_confirmed_once(mirrored, sandbox, kind, name, endpoint, status, reached):
    row = Shipment.objects.filter(status=status).first()
    if kind:
        fault(sandbox, endpoint, kind)
    command = drive(queue(mirrored, name, row.number))
    assert command.state == "done"
    assert [effect["orderNo"] for effect in effects(sandbox, endpoint)] == [row.remote_id]
    row.refresh_from_db()
    assert row.status == reached


def test_what_is_over_cannot_be_cancelled_or_confirmed(mirrored):
    row = Shipment.objects.filter(status="delivered").first()
    for name in ("sourcing.cancel_shipment", "sourcing.confirm_delivery"):
        with pytest.raises(Refused, match="delivered"):
            queue(mirrored, name, row.remote_id)
    assert not Command.objects.exists()


def test_what_has_left_is_refused_by_the_platform(mirrored, sandbox):
    row = Shipment.objects.filter(status="shipped").first()
    command = drive(queue(mirrored, "sourcing.cancel_shipment", row.remote_id))
    assert command.state == "rejected"
    assert "shipped" in command.error
    assert effects(sandbox) == []
