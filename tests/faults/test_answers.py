"""Answers that are no plain yes: a refusal is a refusal in any envelope, what cannot be read is unknown (F5)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.sandbox import Fault
from channels.serving import SandboxServer
from dashboard.sync.models import Command
from dashboard.sync.opening import close_channels
from dashboard.sync.submit import submit
from tests.connected import step
from tests.drill.run import SCENARIOS
from tests.drill.world import open_world

REFUSED = {
    "accplanet": ('{"success": false, "message": "Not today."}', '{"success": false, "error": "Not today."}'),
    "fulfillbot": ('{"statusCode": 400, "message": "Not today.", "error": "Bad Request"}',),
    "imetastore": ('{"code": "1001", "msg": "Not today.", "time": null, "data": null}',),
    "m2e": ('[{"code": "x", "message": "Not today."}]',),
    "shoppo": ('{"errors": [{"message": "Not today.", "type": "InvalidArgument", "display_to_user": true}]}',),
}
UNREADABLE = (
    "", " ", "null", "{", "<html><h1>502</h1></html>", '{"data": null}', "[", "NaN", '"ok"', "\ufeff", '{"data": [',
    "\x00",
)  # fmt: skip
WRITES = {
    "accplanet": "supply_delete", "fulfillbot": "place", "imetastore": "goods_listing", "m2e": "stores_delete",
    "shoppo": "partner_paid",
}  # fmt: skip


@pytest.fixture
def sent(settings: Any, db: None) -> Any:
    """`sent(platform, bodies)`: for each body the state of a fresh command that was answered with it."""
    settings.CHANNEL_ALLOWED_HOSTS, settings.COMMAND_SETTLE_SECONDS = ["127.0.0.1"], 0
    close_channels()
    server = SandboxServer({})

    def run(key: str, bodies: tuple[str, ...]) -> list[tuple[Command, int]]:
        found = []
        for n, body in enumerate(bodies):
            world = open_world(key, f"{key}-{n}", server, seed=7)
            scenario = next(one for one in SCENARIOS[key] if one.__name__ == WRITES[key])
            intent = next(scenario(world))
            command = submit(world.connection, intent.kind, intent.target, intent.payload, None).command
            world.sandbox.faults.append(Fault(endpoint=intent.endpoint, fault="malformed", body=body))
            found.append((step(command), len(world.sandbox.ledger)))
        return found

    yield run
    server.server_close()
    close_channels()


@pytest.mark.parametrize("key", sorted(WRITES))
def test_a_refusal_inside_a_200_is_a_refusal_in_its_own_words(sent: Any, key: str):
    for command, _effects in sent(key, REFUSED[key]):
        assert (command.state, "Not today." in command.error) == ("rejected", True), command.error


@pytest.mark.parametrize("key", sorted(WRITES))
def test_what_cannot_be_read_is_unknown(sent: Any, key: str):
    assert len(UNREADABLE) == 12
    found = sent(key, UNREADABLE)
    assert [command.state for command, _effects in found] == ["unknown"] * 12
    assert [effects for _command, effects in found] == [1] * 12
