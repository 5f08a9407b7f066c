"""Products made, changed, deleted; accounts; images: done, lost answer, refused, proven absent."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest

from dashboard.catalog.models import Product, StockPool
from dashboard.staff.models import AuditEvent
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, NEEDS_REVIEW, QUEUED, REJECTED, UNKNOWN
from tests.catalog.conftest import unsold
from tests.connected import drive, effects, fault, queue, step

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
POOL = "amy:pass:word-1\nbob|pass-word-2\n\n"


def draft(sandbox, **changes):
    category = next(key for key, one in sandbox.categories.items() if not one["has_children"])
    return {"title": "Aged mailbox", "description": "<p>Ten</p>", "price": "4.50", "category_id": category} | changes


# -- create ------------------------------------------------------------------------------------------------------------


def test_create(digital):
    connection, sandbox = digital
    command = drive(queue(connection, "catalog.create_product", "-", **draft(sandbox, quantity=7)))
    (effect,) = effects(sandbox, "products.create")
    assert (command.state, command.receipt["remote_id"]) == (DONE, effect["product_id"])
    row = Product.objects.get(remote_id=effect["product_id"])
    assert (row.title, row.quantity, row.variants.get().price) == ("Aged mailbox", 7, Decimal("4.5"))


def test_create_lost_answer_is_found_again(digital):
    connection, sandbox = digital
    fault(sandbox, "products.create", "drop_after_apply")
    command = step(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    assert command.state == UNKNOWN
    command = drive(command)
    (effect,) = effects(sandbox, "products.create")
    assert (command.state, command.receipt["remote_id"]) == (DONE, effect["product_id"])


def test_create_lost_before_it_was_applied_is_sent_again_once(digital):
    connection, sandbox = digital
    fault(sandbox, "products.create", "status", code=500)
    command = drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    assert (command.state, command.attempts) == (DONE, 2)
    assert [one["verdict"] for one in command.evidence] == ["absent", "absent"]
    assert len(effects(sandbox, "products.create")) == 1


def test_an_older_twin_is_not_taken_for_the_new_product(digital):
    connection, sandbox = digital
    drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    twin = next(one for one in sandbox.products.values() if one["title"] == "Aged mailbox")
    twin["created_at"] = sandbox.stamp(sandbox.ago(1))
    fault(sandbox, "products.create", "status", code=500)
    command = drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    assert (command.state, command.attempts) == (DONE, 2)
    assert len(effects(sandbox, "products.create")) == 2
    assert Product.objects.filter(title="Aged mailbox").count() == 2


@pytest.mark.parametrize("kind", ["status", "drop_after_apply"])
def test_what_another_command_made_meanwhile_is_not_taken_for_ours(digital, kind):
    connection, sandbox = digital
    fault(sandbox, "products.create", kind)
    ours = step(queue(connection, "catalog.create_product", "-", **draft(sandbox, description="<p>Ours</p>")))
    assert ours.state == UNKNOWN
    sandbox.clock.advance(5)
    other = drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    made = effects(sandbox, "products.create")
    assert (other.state, other.receipt["remote_id"]) == (DONE, made[-1]["product_id"])
    assert (drive(ours).state, ours.receipt.get("remote_id", "")) == (NEEDS_REVIEW, "")
    assert effects(sandbox, "products.create") == made
    assert "made by another command" in ours.error


def test_a_gateway_that_was_wrong_about_it_makes_no_second_product(digital):
    """503 says that nothing was done; the product is there all the same."""
    connection, sandbox = digital
    fault(sandbox, "products.create", "status", code=503, after=True)
    command = step(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    assert command.state == QUEUED
    (effect,) = effects(sandbox, "products.create")
    assert (drive(command).state, command.receipt["remote_id"]) == (DONE, effect["product_id"])
    assert effects(sandbox, "products.create") == [effect]


def test_two_in_doubt_do_not_claim_the_same_product(digital):
    connection, sandbox = digital
    doubts = []
    for n, kind in enumerate(["status", "drop_after_apply"]):
        fault(sandbox, "products.create", kind)
        doubts.append(
            step(queue(connection, "catalog.create_product", "-", **draft(sandbox, description=f"<p>{n}</p>")))
        )
    first, second = (drive(one) for one in doubts)
    (effect,) = effects(sandbox, "products.create")
    assert (first.state, first.receipt["remote_id"], second.state) == (DONE, effect["product_id"], NEEDS_REVIEW)


def test_a_twin_too_young_to_tell_waits_for_a_person(digital):
    connection, sandbox = digital
    drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    fault(sandbox, "products.create", "status", code=500)
    command = drive(queue(connection, "catalog.create_product", "-", **draft(sandbox)))
    assert command.state == NEEDS_REVIEW
    assert len(effects(sandbox, "products.create")) == 1


def test_a_taken_sku_stops_before_sending(retail):
    connection, sandbox = retail
    sku = Product.objects.filter(connection=connection).exclude(sku="").first().sku
    payload = {"sku": sku, "title": "Another", "price": "3", "quantity": 1}
    command = drive(queue(connection, "catalog.create_product", "-", **payload))
    assert command.state == REJECTED
    assert sku in command.error
    assert effects(sandbox) == []


def test_what_the_answer_does_not_name_is_named_by_the_reading(client_for, retail):
    connection, _sandbox = retail
    payload = {"sku": "NEW-1", "title": "New thing", "price": "3.20", "quantity": 4}
    command = drive(queue(connection, "catalog.create_product", "-", **payload))
    made = Product.objects.get(connection=connection, sku="NEW-1")
    command.refresh_from_db()
    assert (command.state, command.receipt["remote_id"]) == (DONE, made.remote_id)
    shown = client_for("viewer").get(f"/activity/commands/{command.pk}/").content.decode()
    assert f">{made.remote_id}</a>" in shown


def test_create_by_sku_lost_answer(retail):
    connection, sandbox = retail
    fault(sandbox, "CatalogProductCreate", "drop_after_apply")
    payload = {"sku": "NEW-1", "title": "New thing", "price": "3.20", "quantity": 4, "barcode": "4006381333931"}
    command = drive(queue(connection, "catalog.create_product", "-", **payload))
    assert command.state == DONE
    assert [one["sku"] for one in effects(sandbox, "CatalogProductCreate")] == ["NEW-1"]
    assert Product.objects.get(connection=connection, sku="NEW-1").variants.get().barcode == "4006381333931"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"price": "-1"}, "price"),
        ({"price": "1.001"}, "price"),
        ({"quantity": -3}, "quantity"),
        ({"barcode": "4006381333931"}, "barcode"),
        ({"status": "sleeping"}, "status"),
        ({"accounts": "no delimiter"}, "accounts"),
        ({"colour": "red"}, "colour"),
        ({"price": None}, "price"),
    ],
)
def test_create_refusals_change_nothing(digital, changes, field):
    connection, sandbox = digital
    payload = {key: value for key, value in draft(sandbox, **changes).items() if value is not None}
    with pytest.raises(Refused) as refused:
        queue(connection, "catalog.create_product", "-", **payload)
    assert refused.value.field == field
    assert not Command.objects.exists()
    assert effects(sandbox) == []


def test_who_cannot_says_why(listed, looked_at):
    for connection, sandbox in (listed, looked_at):
        with pytest.raises(Refused):
            queue(connection, "catalog.create_product", "-", title="x")
        assert effects(sandbox) == []


# -- update and delete -------------------------------------------------------------------------------------------------


def test_update(digital):
    connection, sandbox = digital
    product = unsold(sandbox)
    command = drive(queue(connection, "catalog.update_product", product["product_id"], title="Fresh", price="9.90"))
    assert command.state == DONE
    assert effects(sandbox, "products.update")[0]["changes"] == {"title": "Fresh", "price": "9.90"}
    row = Product.objects.get(remote_id=product["product_id"])
    assert (row.title, row.variants.get().price) == ("Fresh", Decimal("9.9"))


@pytest.mark.parametrize(("kind", "attempts"), [("drop_after_apply", 1), ("status", 2)])
def test_update_unknown_is_proven(digital, kind, attempts):
    connection, sandbox = digital
    fault(sandbox, "products.update", kind)
    command = drive(queue(connection, "catalog.update_product", unsold(sandbox)["product_id"], title="Fresh"))
    assert (command.state, command.attempts) == (DONE, attempts)
    assert len(effects(sandbox, "products.update")) == 1


def test_update_that_cannot_be_compared_waits_for_a_person(digital):
    connection, sandbox = digital
    fault(sandbox, "products.update", "status")
    command = drive(queue(connection, "catalog.update_product", unsold(sandbox)["product_id"], warranty_days=9))
    assert command.state == NEEDS_REVIEW
    assert effects(sandbox) == []


def test_update_in_a_foreign_currency_or_with_foreign_fields_is_refused(digital, retail):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    for payload, field in (({"price": "3", "currency": "EUR"}, "currency"), ({"sku": "x"}, "sku"), ({}, "")):
        with pytest.raises(Refused) as refused:
            queue(connection, "catalog.update_product", target, **payload)
        assert refused.value.field == field
    row = Product.objects.filter(connection=retail.connection).first()
    with pytest.raises(Refused):
        queue(retail.connection, "catalog.update_product", row.remote_id, price="3")
    assert not Command.objects.exists()
    assert effects(sandbox) == effects(retail.sandbox) == []


@pytest.mark.parametrize("kind", ["", "drop_after_apply", "status"])
def test_delete(digital, kind):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    if kind:
        fault(sandbox, "products.delete", kind)
    command = drive(queue(connection, "catalog.delete_product", target))
    assert command.state == DONE
    assert effects(sandbox, "products.delete") == [{"product_id": target}]
    assert Product.objects.get(remote_id=target).gone_at is not None
    with pytest.raises(Refused):
        queue(connection, "catalog.delete_product", target)


def test_delete_of_what_was_sold_is_refused_by_the_platform(digital):
    connection, sandbox = digital
    target = next(iter(sandbox.orders.values()))["product_id"]
    command = drive(queue(connection, "catalog.delete_product", target))
    assert (command.state, "sold" in command.error) == (REJECTED, True)
    assert effects(sandbox) == []
    assert Product.objects.get(remote_id=target).gone_at is None


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_accounts_are_added_counted_and_hidden(digital, user_for):
    connection, sandbox = digital
    product = unsold(sandbox)
    command = drive(
        queue(connection, "catalog.append_accounts", product["product_id"], user_for("admin"), accounts=POOL)
    )
    assert (command.state, command.receipt["accepted"], command.summary) == (DONE, 2, "2 accounts")
    added = [pair[1:] for pair in sandbox.pools[product["product_id"]]][-2:]
    assert added == [("amy", "pass:word-1"), ("bob", "pass-word-2")]
    assert list(StockPool.objects.values_list("accounts", "product__remote_id")) == [(2, product["product_id"])]
    kept = f"{command.summary}{command.before}{command.receipt}{command.evidence}"
    audited = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "pass" not in kept + audited


def test_accounts_that_stand_there_twice_are_said(digital):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    command = queue(connection, "catalog.append_accounts", target, accounts="amy:one\n amy:one \nbob:two")
    assert command.summary == "3 accounts, 1 of them repeated"
    drive(command)
    pairs = [{"username": "eve", "password": "one"}] * 2
    again = queue(connection, "catalog.append_accounts", target, accounts=pairs)
    assert again.summary == "2 accounts, 1 of them repeated"


def test_accounts_lost_answer(digital):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    fault(sandbox, "products.append_accounts", "drop_after_apply")
    command = drive(queue(connection, "catalog.append_accounts", target, accounts=POOL))
    assert (command.state, command.attempts) == (DONE, 1)
    assert [one["accounts_imported"] for one in effects(sandbox, "products.append_accounts")] == [2]
    assert StockPool.objects.get().accounts == 2


def test_accounts_that_a_gateway_took_for_not_added_are_counted_once(digital):
    connection, sandbox = digital
    fault(sandbox, "products.append_accounts", "status", code=503, after=True)
    command = step(queue(connection, "catalog.append_accounts", unsold(sandbox)["product_id"], accounts=POOL))
    assert command.state == QUEUED
    assert (drive(command).state, command.attempts) == (DONE, 2)
    assert len(effects(sandbox, "products.append_accounts")) == 1
    assert StockPool.objects.get().accounts == 2


def test_accounts_absent_are_sent_again_once(digital):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    fault(sandbox, "products.append_accounts", "status")
    command = drive(queue(connection, "catalog.append_accounts", target, accounts=[{"username": "a", "password": "b"}]))
    assert (command.state, command.attempts) == (DONE, 2)
    assert len(effects(sandbox, "products.append_accounts")) == 1


def test_accounts_that_the_platform_has_already_end_refused(digital):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    drive(queue(connection, "catalog.append_accounts", target, accounts=POOL))
    again = drive(queue(connection, "catalog.append_accounts", target, accounts=POOL))
    assert again.state == REJECTED
    assert StockPool.objects.count() == 1


def test_accounts_between_which_something_sold_wait_for_a_person(digital):
    connection, sandbox = digital
    product = unsold(sandbox)
    fault(sandbox, "products.append_accounts", "drop_after_apply")
    command = step(queue(connection, "catalog.append_accounts", product["product_id"], accounts=POOL))
    product["stock"] -= 1
    assert drive(command).state == NEEDS_REVIEW
    assert len(effects(sandbox, "products.append_accounts")) == 1


def test_too_many_accounts_or_none_are_refused(digital):
    connection, sandbox = digital
    target = unsold(sandbox)["product_id"]
    many = "\n".join(f"user{n}:secret{n}" for n in range(1001))
    for accounts in (many, "", "justaname", [{"username": "a"}]):
        with pytest.raises(Refused) as refused:
            queue(connection, "catalog.append_accounts", target, accounts=accounts)
        assert refused.value.field == "accounts"
        assert "secret" not in refused.value.words
    assert effects(sandbox) == []


# -- images ------------------------------------------------------------------------------------------------------------


def image(content=PNG):
    return {"name": "front.png", "content": base64.b64encode(content).decode(), "content_type": "text/html"}


@pytest.mark.parametrize("shop", ["digital", "looked_at"])
def test_an_image_is_named_by_the_receipt(request, shop):
    connection, sandbox = request.getfixturevalue(shop)
    command = drive(queue(connection, "catalog.upload_image", "-", file=image(PNG[:16] + b"\0\0\0\2" * 8)))
    assert command.state == DONE
    assert command.receipt["remote_id"]
    assert len(sandbox.ledger) == 1


def test_an_image_whose_answer_was_lost_is_sent_again(digital):
    connection, sandbox = digital
    fault(sandbox, "products.upload_image", "status")
    command = drive(queue(connection, "catalog.upload_image", "-", file=image()))
    assert (command.state, len(effects(sandbox, "products.upload_image"))) == (DONE, 1)


def test_what_is_no_image_is_refused(digital):
    connection, sandbox = digital
    for content in (b"<svg/>", b"", b"\x89PNG\r\n\x1a\n" + b"\0" * (10 * 1024 * 1024)):
        with pytest.raises(Refused) as refused:
            queue(connection, "catalog.upload_image", "-", file=image(content))
        assert refused.value.field == "file"
    assert effects(sandbox) == []


def test_twice_the_same_is_one_command(digital):
    connection, _sandbox = digital
    first = queue(connection, "catalog.upload_image", "-", file=image())
    assert first.state == QUEUED
    assert queue(connection, "catalog.upload_image", "-", file=image()).pk == first.pk
