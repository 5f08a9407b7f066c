"""Ids in paths arrive as one segment, whatever they hold; over a real socket, because in process paths are decoded."""

from collections.abc import Iterator

import pytest

from channels import errors as e
from channels.fulfillbot import PLATFORM
from channels.fulfillbot.channel import FulfillbotChannel
from channels.platform import Ports, Settings
from channels.sandbox import Request
from channels.serving import SandboxServer
from tests.channels.fulfillbot.support import Bench, ref

IDS = ["../ORD-1", "..", ".", "a?b=c", "a%2fb", "a/b", "a b", "a#b", "a;b", "Ä/ö", "ORD-1\r\nX: 1"]


@pytest.fixture
def served(bench: Bench) -> Iterator[tuple[FulfillbotChannel, list[Request]]]:
    seen: list[Request] = []
    handle = bench.sandbox.handle

    def kept(request: Request, in_process: bool = True) -> object:
        seen.append(request)
        return handle(request, in_process)

    bench.sandbox.handle = kept  # type: ignore[assignment,method-assign]
    server = SandboxServer({"fulfillbot": bench.sandbox})
    server.start()
    settings = Settings(base_url=f"{server.url}/fulfillbot", credentials=dict(bench.sandbox.credentials))
    channel = PLATFORM.open(settings, Ports(private_hosts=frozenset({"127.0.0.1"})))
    yield channel, seen
    channel.http.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("remote_id", IDS)
def test_one_segment(served: tuple[FulfillbotChannel, list[Request]], remote_id: str) -> None:
    channel, seen = served
    assert channel.read_purchase_order(ref(remote_id)) is None
    with pytest.raises(e.Rejected, match="Order not found"):
        channel.cancel_purchase_order(ref(remote_id), "")
    with pytest.raises(e.Rejected, match="Shipping order not found"):
        channel.confirm_delivery(ref(remote_id))
    assert [request.path.count("/") for request in seen] == [2, 3, 4]
    assert {request.params["id"] for request in seen} == {remote_id}
    assert {request.path.split("/")[1] for request in seen} == {"orders", "shipping"}
