"""Commands that an older version wrote: fields at their defaults, kinds and payloads of its own; each ends (F23)."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from dashboard.catalog.models import Product, Variant
from dashboard.messaging.models import Thread
from dashboard.sync import verify
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, QUEUED, SENDING, UNKNOWN
from dashboard.sync.tasks import sweep
from tests.connected import drive, effects, pull

UNFINISHED = [QUEUED, SENDING, UNKNOWN]


def left(connection, kind, target, state, **payload):
    """A row with what every version wrote, and nothing else."""
    now = timezone.now()
    attempts = 0 if state == QUEUED else 1
    fields = {"kind": kind, "target": target, "payload": payload, "state": state, "attempts": attempts}
    return Command.objects.create(connection=connection, not_before=now, created_at=now, **fields)


def ended(command):
    """What becomes of it by the workers' sweep and by `send --all`, which steps over no waiting row."""
    verify.lapse()
    command.refresh_from_db()
    return drive(command)


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_value_is_set_once(shop, state):
    pull(shop.connection, "products")
    variant = Variant.objects.filter(product__connection=shop.connection).exclude(remote_id="").first()
    command = left(shop.connection, "catalog.set_stock", variant.remote_id, state, quantity=variant.quantity + 3)
    assert (ended(command).state, len(effects(shop.sandbox))) == (DONE, 1)


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_message_is_said_once(pushing, state):
    pull(pushing.connection)
    thread = Thread.objects.filter(connection=pushing.connection).first()
    command = left(pushing.connection, "messaging.send", thread.remote_id, state, text="Written long ago.")
    assert ended(command).state == DONE
    assert len(effects(pushing.sandbox, "im.send")) == 1


@pytest.mark.parametrize("state", [SENDING, UNKNOWN])
def test_what_needs_to_know_how_it_was_before_waits_for_a_person(connect, state):
    made = connect("accplanet")
    pull(made.connection, "products")
    product = Product.objects.filter(connection=made.connection).first()
    command = left(made.connection, "catalog.append_accounts", product.remote_id, state, accounts="user:word")
    Command.objects.update(sent_attempt=1, before={"amount": 3})  # in words that this version does not look for
    assert (ended(command).state, effects(made.sandbox)) == (NEEDS_REVIEW, [])


@pytest.mark.parametrize(("state", "end"), [(QUEUED, FAILED), (SENDING, NEEDS_REVIEW), (UNKNOWN, NEEDS_REVIEW)])
@pytest.mark.parametrize("kind", ["catalog.set_stock", "catalog.no_longer_known"])
def test_what_this_version_cannot_read_is_not_sent(shop, client_for, kind, state, end):
    pull(shop.connection, "products")
    variant = Variant.objects.filter(product__connection=shop.connection).first()
    command = left(shop.connection, kind, variant.remote_id, state, quantity="many", colour="red")
    assert (ended(command).state, effects(shop.sandbox)) == (end, [])
    assert client_for("superuser").get(f"/activity/commands/{command.pk}/").status_code == 200
    assert client_for("superuser").get("/activity/").status_code == 200


def test_one_that_nobody_knows_stops_no_other(shop):
    pull(shop.connection, "products")
    variant = Variant.objects.filter(product__connection=shop.connection).exclude(remote_id="").first()
    lost = left(shop.connection, "catalog.no_longer_known", "1", SENDING)
    Command.objects.filter(pk=lost.pk).update(leased_until=timezone.now())
    known = left(shop.connection, "catalog.set_stock", variant.remote_id, QUEUED, quantity=variant.quantity + 3)
    sweep()
    call_command("send", "--all")
    states = dict(Command.objects.values_list("pk", "state"))
    assert states == {lost.pk: FAILED, known.pk: DONE}
    assert len(effects(shop.sandbox)) == 1
