"""What stands on a page while a command is given: refusals in their place, fresh keys, and the page made true again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.sourcing import models as m
from dashboard.sync.models import Change, Command
from tests.connected import drive, effects, pull
from tests.pages import assert_strict_html

HTMX = {"HX-Request": "true"}


def url(name, *args):
    return reverse(f"sourcing:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def client(client_for, mirrored):
    return client_for("fulfilment")


def key_of(response):
    found = text(response).split('name="form_key" value="')[1]
    return found.split('"')[0]


def test_the_form_gets_a_fresh_key_so_that_adding_again_adds_again(client, mirrored, sandbox, goods):
    address, given = url("cart_add", mirrored.slug, "12345"), {"sku": [goods["sku"]], "quantity": ["3"]}
    first = client.post(
        address, given | {"form_key": key_of(client.get(url("product", mirrored.slug, "12345")))}, headers=HTMX
    )
    assert_strict_html(first, fragment=True)
    drive(Command.objects.get())
    second = client.post(address, given | {"form_key": key_of(first)}, headers=HTMX)
    assert (second.status_code, Command.objects.count()) == (202, 2)
    drive(Command.objects.latest("pk"))
    assert [one["quantity"] for one in effects(sandbox, "cart.add")] == [3, 3]


@pytest.mark.parametrize("given", ["-1", "abc", "1.5", "1e3", "٣"])
def test_what_is_no_quantity_is_refused_in_words_and_in_its_place(client, sandbox, given):
    line = m.CartItem.objects.order_by("pk").first()
    response = client.post(url("cart_update", line.pk), {"quantity": given}, headers=HTMX)
    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#refused", "innerHTML")
    assert_strict_html(response, fragment=True)
    assert f"“{given}” is no quantity of {line}. Nothing was sent." in text(response)
    assert "<a " not in text(response)  # the page is still there: nowhere to go back to
    assert (Command.objects.count(), effects(sandbox)) == (0, [])


@pytest.mark.parametrize("odd", ["-1", "abc", "1.5", "1000000", "٣", "000000001" + "9" * 5000])
def test_one_odd_quantity_keeps_the_other_kinds_out_of_the_cart(client, mirrored, sandbox, goods, odd):
    given = {"sku": [goods["sku"], "other"], "quantity": ["3", odd]}
    response = client.post(url("cart_add", mirrored.slug, "12345"), given, headers=HTMX)
    assert response.status_code == 422
    assert f"“{odd[:40]}” is no quantity. Nothing was sent." in text(response)
    assert (Command.objects.count(), effects(sandbox)) == (0, [])


def test_kinds_without_a_quantity_are_left_out(client, mirrored, sandbox, goods):
    given = {"sku": ["", "other", goods["sku"]], "quantity": ["", "00", " 3 "]}
    assert client.post(url("cart_add", mirrored.slug, "12345"), given, headers=HTMX).status_code == 202
    assert [(one["sku"], one["quantity"]) for one in Command.objects.get().payload["items"]] == [(goods["sku"], 3)]


def test_a_command_empties_the_place_of_refusals(client, sandbox):
    line = m.CartItem.objects.order_by("pk").first()
    sandbox.product_and_sku(line.product_remote_id, line.sku)[1]["stock"] = 50
    response = client.post(url("cart_update", line.pk), {"quantity": "7"}, headers=HTMX)
    assert response.status_code == 202
    assert '<div class="slot" id="refused" data-hx-swap-oob="true"></div>' in text(response)
    assert 'name="form_key"' not in text(response)  # it came without one


def test_a_page_asks_until_what_was_given_shows_and_is_then_made_anew(client, sandbox):
    row = m.Shipment.objects.filter(status="pending").first()
    address = url("shipment", row.pk)
    assert "seen=" not in text(client.get(address))
    client.post(url("shipment_cancel", row.pk))
    page = client.get(address)
    assert_strict_html(page)
    seen = page.context["sight"]
    assert f"{address}?seen={seen}" in text(page)
    assert client.get(address, {"seen": seen}, headers=HTMX).status_code == 204
    drive(Command.objects.get())
    anew = client.get(address, {"seen": seen}, headers=HTMX)
    assert (anew.status_code, anew["HX-Refresh"]) == (200, "true")
    page = client.get(address)
    assert "Cancelled" in text(page)
    seen = page.context["sight"]
    assert client.get(address, {"seen": seen}, headers=HTMX).status_code == 204  # the mirror may still follow
    Command.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    assert client.get(address, {"seen": seen}, headers=HTMX).status_code == 286
    assert "seen=" not in text(client.get(address))


def test_the_history_names_what_changed_in_words(client, mirrored):
    """What the platform changed is told as the page's badge tells it, and each command leads to its evidence."""
    row = m.Shipment.objects.filter(status="pending").first()
    client.post(url("shipment_cancel", row.pk))
    command = drive(Command.objects.get())
    told, given, *_rest = client.get(url("shipment", row.pk)).context["events"]
    assert told["text"] == "Status: Pending → Cancelled; The platform's word: pending → cancelled"
    assert f'href="/activity/commands/{command.pk}/"' in given["evidence"]
    order = m.PurchaseOrder.objects.exclude(placed_at=None).first()
    fields = {"status": ["pending", "paid"], "inspection": ["", "failed"], "total": [None, "1634.0000"]}
    Change.objects.create(
        connection=mirrored, domain="purchase-orders", remote_id=order.remote_id, at=timezone.now(), fields=fields
    )
    told, *_rest, placed = client.get(url("purchase", order.pk)).context["events"]
    assert told["text"] == ("Status: Pending → Paid; Inspection: Not inspected yet → Failed; Goods: – → 1,634.00")
    assert placed["title"] == "Placed"


def test_what_was_just_confirmed_is_said_to_whom_it_was_given_by(client, client_for, mirrored):
    client.post(url("favourite_add", mirrored.slug, "12346"))
    drive(Command.objects.get())
    assert "Confirmed by" in text(client.get(url("favourites")))
    assert "Confirmed by" not in text(client_for("admin").get(url("favourites")))
    Command.objects.update(finished_at=timezone.now() - timedelta(minutes=3))
    assert "Confirmed by" not in text(client.get(url("favourites")))


def test_the_star_takes_back_what_it_put_aside(client, mirrored, sandbox):
    address = url("product", mirrored.slug, "12346")
    assert f'action="{url("favourite_add", mirrored.slug, "12346")}"' in text(client.get(address))
    client.post(url("favourite_add", mirrored.slug, "12346"))
    drive(Command.objects.get())
    row = m.Favourite.objects.get(product_remote_id="12346")
    button = client.get(address, headers=HTMX)
    assert_strict_html(button, fragment=True)
    assert "<main" not in text(button)
    assert f'action="{url("favourite_remove", row.pk)}"' in text(button)
    client.post(url("favourite_remove", row.pk))
    drive(Command.objects.latest("pk"))
    assert [one["productId"] for one in effects(sandbox, "favorites.remove")] == [12346]


def test_a_profile_that_says_the_same_is_not_sent(client, mirrored):
    row = m.Profile.objects.get()
    given = {"username": row.name, "email": row.email, "avatar": row.avatar, "language": row.language}
    response = client.post(url("profile_update"), given)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["Nothing differs from what the platform has."]
    assert not Command.objects.exists()


# -- what is bought already ------------------------------------------------------------------------------------------


def test_a_line_that_was_ordered_since_yesterday_says_so(client, mirrored, sandbox, goods):
    pull(mirrored, "cart", full=True)
    line = m.CartItem.objects.get(product_remote_id="12345")
    assert line.sku == goods["sku"]
    assert "Ordered already" not in text(client.get(url("cart")))
    client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    assert drive(Command.objects.get()).state == "done"
    [effect] = effects(sandbox, "orders.create")
    purchase = m.PurchaseOrder.objects.get(remote_id=effect["orderNo"])
    for page in (client.get(url("cart")), client.get(url("order_new"), {"line": line.pk})):
        assert_strict_html(page)
        assert "Ordered already" in text(page)
        assert url("purchase", purchase.pk) in text(page)
    m.PurchaseOrder.objects.filter(pk=purchase.pk).update(placed_at=timezone.now() - timedelta(hours=25))
    assert "Ordered already" not in text(client.get(url("cart")))


def test_the_same_goods_are_put_into_the_cart_again(client, mirrored, sandbox, goods):
    pull(mirrored, "cart", full=True)
    line = m.CartItem.objects.get(product_remote_id="12345")
    client.post(url("order_new"), {"line": line.pk, "typed": "200.00", "form_key": "k"})
    drive(Command.objects.get())
    purchase = m.PurchaseOrder.objects.get(remote_id=effects(sandbox, "orders.create")[0]["orderNo"])
    purchase.lines.update(sku="")  # a platform that names kinds in words only: they are looked up
    assert client.post(url("purchase_again", purchase.pk)).url == url("cart")
    command = drive(Command.objects.get(kind="sourcing.cart_add"))
    assert command.payload["items"] == [{"product": "12345", "sku": goods["sku"], "quantity": 2, "remark": ""}]
    assert [(one["skuId"], one["quantity"]) for one in effects(sandbox, "cart.add")] == [(goods["sku"], 2)]
    assert len(effects(sandbox, "orders.create")) == 1


def test_goods_whose_kind_nobody_knows_are_not_guessed(client, mirrored):
    purchase = m.PurchaseOrder.objects.exclude(lines=None).first()
    purchase.lines.update(sku="", sku_name="No such kind")
    response = client.post(url("purchase_again", purchase.pk))
    assert response.status_code == 422
    assert "It does not say which kinds were bought" in text(response)
    assert not Command.objects.exists()


def test_a_purchase_adds_up(client, mirrored):
    row = m.PurchaseOrder.objects.exclude(lines=None).exclude(service_fee=None).first()
    row.lines.exclude(pk=row.lines.first().pk).delete()
    row.lines.update(price=Decimal(50), quantity=4)
    m.PurchaseOrder.objects.filter(pk=row.pk).update(total=Decimal(180), service_fee=Decimal(9))
    assert client.get(url("purchase", row.pk)).context["sums"] == [
        ("Sum of the lines", "CNY\u00a0200.00"),
        ("Taken off", "CNY\u00a0−20.00"),
        ("Goods, as the platform states them", "CNY\u00a0180.00"),
        ("Service fee", "CNY\u00a09.00"),
        ("Goods and fee", "CNY\u00a0189.00"),
    ]


def test_a_parcel_says_where_its_packages_came_from_and_for_whom(client, connect, mirrored):
    from dashboard.orders.models import Order

    pull(connect("accplanet", "supplier").connection, "orders")
    order, row = Order.objects.first(), m.PurchaseOrder.objects.first()
    item = m.ShipmentItem.objects.first()
    m.Package.objects.filter(remote_id=item.package_remote_id).delete()
    package = m.Package.objects.first()
    package.pk, package.remote_id, package.purchase_order = None, item.package_remote_id, row.number
    package.save(force_insert=True)
    m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=order)
    page = client.get(url("shipment", item.whole_id))
    assert_strict_html(page)
    assert url("purchase", row.pk) in text(page)
    assert reverse("orders:detail", args=[order.pk]) in text(page)


@pytest.mark.parametrize(
    ("name", "words"), [("shipment_new", "Select packages"), ("order_new", "Select what to order")]
)
def test_nothing_selected_is_said(client, name, words):
    page = client.get(url(name), follow=True)
    assert words in text(page)
    assert not Command.objects.exists()
