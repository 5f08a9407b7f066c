"""An id is one segment of the path, whatever characters it holds."""

import httpx
import pytest

from channels import records as r
from tests.channels.accplanet.support import answering, ref

IDS = {
    "../../admin": "..%2F..%2Fadmin",
    "..": "%2E%2E",
    "a?b=c#d": "a%3Fb%3Dc%23d",
    "%2f": "%252f",
    "a b": "a%20b",
    "заказ\r\n": "%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%0D%0A",
}
CALLS = {
    "/orders/api/{}/": lambda c, i: c.read_order(i),
    "/tickets/api/supplier/{}/": lambda c, i: c.read_ticket(i),
    "/orders/api/supplier/{}/refund/": lambda c, i: c.refund_order(i),
    "/orders/api/supplier/{}/status/": lambda c, i: c.set_order_status(i, "running_order"),
    "/orders/api/supplier/{}/delivered-info/": lambda c, i: c.deliver_order(i, r.Delivery(content="x")),
    "/tickets/api/supplier/{}/update/": lambda c, i: c.update_ticket(i, r.TicketChange(status="closed")),
    "/products/api/supplier/{}/delete/": lambda c, i: c.delete_product(i),
    "/products/api/supplier/{}/accounts/": lambda c, i: c.append_accounts(i, "u:p"),
    "/products/api/supplier/{}/update/": lambda c, i: c.set_stock((r.StockChange(variant=i, quantity=1),)),
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("given", IDS)
def test_one_segment(path, given):
    found = {"order_id": "o", "ticket_id": "t"}
    channel = answering(httpx.Response(200, json={"success": True, "order": found, "ticket": found}))
    CALLS[path](channel, ref(given))
    assert channel.asked[0].url.raw_path == path.format(IDS[given]).encode()


def test_the_sandbox_sees_the_id_as_it_was(bench):
    order = bench.waiting(1)
    bench.sandbox.orders["../a b?c%2f"] = order
    assert bench.channel.read_order(ref("../a b?c%2f")).remote_id == order["order_id"]


def test_an_id_that_its_path_leaves_out_travels_as_the_parameter_that_the_document_lists():
    routes = {
        "orders.get": "GET /orders/one/",
        "orders.change_status": "POST /orders/status/",
        "products.delete": "DELETE /products/{product_id}/",
    }
    found = {"success": True, "order": {"order_id": "o"}}
    channel = answering(httpx.Response(200, json=found), routes=routes)
    channel.read_order(ref("o 1"))
    channel.set_order_status(ref("o 1"), "running_order")
    channel.delete_product(ref("p 1"))
    assert [(one.method, one.url.raw_path.decode(), one.content) for one in channel.asked] == [
        ("GET", "/orders/one/?order_id=o+1", b""),
        ("POST", "/orders/status/", b'{"order_status":"running_order","order_id":"o 1"}'),
        ("DELETE", "/products/p%201/", b"{}"),
    ]
