"""Ids in paths stay one segment, over a real connection."""

from collections.abc import Iterator
from typing import Any

import pytest

from channels import records as r
from channels.errors import NotSent, Rejected
from channels.imetastore import PLATFORM
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.platform import MemoryTokens, Ports, Settings
from channels.sandbox import Request
from channels.serving import SandboxServer


@pytest.fixture
def served(sandbox: ImetastoreSandbox, requests: list[Request]) -> Iterator[Channel]:
    server = SandboxServer({"imetastore": sandbox})
    server.start()
    settings = Settings(base_url=f"{server.url}/imetastore", credentials=dict(sandbox.credentials))
    ports = Ports(tokens=MemoryTokens(), private_hosts=frozenset({"127.0.0.1"}), now=sandbox.now)
    channel: Channel = PLATFORM.open(settings, ports)
    yield channel
    channel.http.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("order_id", "segment"),
    [
        ("../../auth/login", "..%2F..%2Fauth%2Flogin"),
        ("7?x=1", "7%3Fx%3D1"),
        ("7%2f8", "7%252f8"),
        ("7 8#9", "7%208%239"),
        ("..", "%2E%2E"),
        ("订单", "%E8%AE%A2%E5%8D%95"),
    ],
)
def test_one_segment(
    served: Channel, sandbox: ImetastoreSandbox, requests: list[Request], order_id: str, segment: str
) -> None:
    calls: dict[str, Any] = {
        "deliver": lambda: served.deliver_order(r.Ref(remote_id=order_id), r.Delivery(content="x")),
        "deliver-error": lambda: served.report_delivery_error(r.Ref(remote_id=order_id), "x", ()),
        "after-sales/seller-audit": lambda: served.decide_case(
            r.Ref(remote_id="1", parent=order_id), r.CaseDecision(approve=True)
        ),
    }
    for path, call in calls.items():
        with pytest.raises(Rejected, match="orderId must be an integer"):
            call()
        assert requests[-1].path == f"/seller/order/{segment}/{path}"
    assert sandbox.ledger == []


def test_the_whole_way_over_a_socket(served: Channel, sandbox: ImetastoreSandbox) -> None:
    assert len(served.pull_orders(None, None).records) == 64
    assert sandbox.logins == 1


def test_a_private_address_is_refused(sandbox: ImetastoreSandbox) -> None:
    settings = Settings(base_url="http://127.0.0.1:9", credentials=dict(sandbox.credentials))
    channel = PLATFORM.open(settings, Ports(tokens=MemoryTokens(), pause=lambda seconds: None))
    with pytest.raises(NotSent):
        channel.check_credentials()
    channel.http.close()
