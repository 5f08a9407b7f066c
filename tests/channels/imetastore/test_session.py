"""Login: when, how often, and what a refusal means."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from channels import records as r
from channels.errors import AuthFailed, NotSent
from channels.http import InProcess
from channels.imetastore import PLATFORM
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.platform import MemoryTokens, Ports, Settings
from channels.ports import Exchange
from channels.sandbox import Fault, Reply
from tests.channels.imetastore.support import effects, envelope, paged, sample, scripted
from tests.channels.opening import START, open_over


def open_with(sandbox: ImetastoreSandbox, tokens: MemoryTokens) -> Channel:
    settings = Settings(base_url="http://sandbox.test", credentials=dict(sandbox.credentials))
    ports = Ports(transport=InProcess(sandbox), tokens=tokens, now=sandbox.now, pause=lambda seconds: None)
    found: Channel = PLATFORM.open(settings, ports)
    return found


def test_check_credentials(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    assert channel.check_credentials() == r.Identity(name="seller@sandbox.example", server_time=START)
    assert sandbox.ledger == []


def test_login_is_what_the_document_says(sandbox: ImetastoreSandbox) -> None:
    channel, platform = scripted({"product": [paged([])]})
    channel.check_credentials()
    login, read = platform.asked
    assert (login.method, login.path, login.body) == (
        "POST",
        "/seller/auth/login",
        b'{"email":"a@example.com","password":"correct horse"}',
    )
    assert "authorization" not in login.headers
    assert read.headers["authorization"] == "Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln"


def test_eight_threads_log_in_once(sandbox: ImetastoreSandbox) -> None:
    channel = open_with(sandbox, MemoryTokens())
    together = threading.Barrier(8)

    def read(_: int) -> int:
        together.wait()
        return len(channel.pull_products(None, None).records)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [48] * 8
    assert sandbox.logins == 1


def test_eight_threads_refused_together_log_in_once_more(sandbox: ImetastoreSandbox) -> None:
    channel = open_with(sandbox, MemoryTokens())
    channel.check_credentials()
    sandbox.expire_tokens()
    together = threading.Barrier(8)

    def read(_: int) -> int:
        together.wait()
        return len(channel.pull_products(None, None).records)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [48] * 8
    assert sandbox.logins == 2


def test_a_second_channel_uses_the_kept_token(sandbox: ImetastoreSandbox) -> None:
    tokens = MemoryTokens()
    open_with(sandbox, tokens).check_credentials()
    open_with(sandbox, tokens).check_credentials()
    assert sandbox.logins == 1


@pytest.mark.parametrize(("life", "early"), [(7200, 300), (600, 60), (86_400, 300)])
def test_a_token_is_renewed_ahead_of_its_end(sandbox: ImetastoreSandbox, life: int, early: int) -> None:
    sandbox.token_seconds = life
    channel = open_with(sandbox, MemoryTokens())
    channel.check_credentials()
    sandbox.clock.advance(life - early - 1)
    channel.check_credentials()
    assert sandbox.logins == 1
    sandbox.clock.advance(1)
    channel.check_credentials()
    assert sandbox.logins == 2


@pytest.mark.parametrize(
    ("stated", "life"), [(None, 86_400), (0, 86_400), (7200, 7200), ("7200", 7200), (10**9, 30 * 86_400)]
)
def test_the_life_of_a_token(stated: Any, life: int) -> None:
    answer = envelope({"accessToken": "t", "expiresIn": stated})
    channel, _ = scripted({"auth/login": [answer], "product": [paged([])]})
    channel.check_credentials()
    kept = channel.http._authorizer._kept  # type: ignore[attr-defined]
    assert kept == ("t", START + timedelta(seconds=life - 300))


@pytest.mark.parametrize("with_200", [True, False])
def test_a_refused_token_is_replaced_once_and_a_write_has_one_effect(
    sandbox: ImetastoreSandbox, with_200: bool
) -> None:
    sandbox.refuses_with_200 = with_200
    channel = open_with(sandbox, MemoryTokens())
    channel.check_credentials()
    sandbox.expire_tokens()
    sku = next(sku for _, sku in sandbox.skus())
    channel.set_stock((r.StockChange(variant=r.Ref(remote_id=str(sku["id"])), quantity=7),))
    assert sandbox.logins == 2
    assert [one["stock"] for one in effects(sandbox, "products.stock")] == [7]


def test_a_token_refused_twice_ends_it() -> None:
    refusal = Reply(401, {"code": "SIM-TOKEN", "msg": "Token is invalid or expired", "data": None})
    channel, platform = scripted({"product": [refusal]})
    with pytest.raises(AuthFailed) as caught:
        channel.check_credentials()
    assert caught.value.words == "Token is invalid or expired (code SIM-TOKEN)"
    assert [one.path for one in platform.asked] == ["/seller/auth/login", "/seller/product"] * 2


def test_wrong_password(sandbox: ImetastoreSandbox, exchanges: list[Exchange]) -> None:
    wrong = {**sandbox.credentials, "password": "wrong-Passw0rd"}
    channel = open_over(PLATFORM, sandbox, credentials=wrong, exchanges=exchanges)
    with pytest.raises(AuthFailed) as caught:
        channel.check_credentials()
    assert caught.value.words == "Incorrect e-mail or password (code SIM-LOGIN)"
    assert [one.route for one in exchanges] == ["auth.login"]
    assert sandbox.logins == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"{}",
        envelope(None),
        envelope({"accessToken": " "}),
        envelope({"accessToken": "t\nx: y"}),
        envelope({"accessToken": "t", "expiresIn": 1e300}),
    ],
)
def test_an_unreadable_login_leaves_a_write_unsent(answer: bytes) -> None:
    channel, platform = scripted({"auth/login": [answer]})
    with pytest.raises(NotSent):
        channel.send_message(r.Ref(remote_id="1"), "hi", 1)
    assert {one.path for one in platform.asked} == {"/seller/auth/login"}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_login_leaves_a_write_unsent(sandbox: ImetastoreSandbox, channel: Channel, status: int) -> None:
    sandbox.faults.append(Fault("auth.login", "status", times=9, code=status))
    with pytest.raises(NotSent):
        channel.send_message(r.Ref(remote_id="1"), "hi", 1)
    assert sandbox.ledger == []


def test_a_failing_login_is_tried_as_often_as_the_read_that_needs_it(
    sandbox: ImetastoreSandbox, channel: Channel, exchanges: list[Exchange]
) -> None:
    sandbox.faults.append(Fault("auth.login", "status", times=99))
    with pytest.raises(NotSent):
        channel.check_credentials()
    assert [one.route for one in exchanges] == ["auth.login"] * 3
    sandbox.faults[:] = [Fault("auth.login", "status", times=2)]
    channel.check_credentials()
    assert [one.route for one in exchanges[3:]] == ["auth.login"] * 3 + ["products.list"]


def test_nothing_secret_is_recorded(channel: Channel, sandbox: ImetastoreSandbox, exchanges: list[Exchange]) -> None:
    channel.check_credentials()
    (token,) = sandbox.tokens
    shown = repr(exchanges)
    assert sandbox.credentials["password"] not in shown
    assert token not in shown
    assert [one.route for one in exchanges] == ["auth.login", "products.list"]


def test_a_login_that_is_forbidden_outright() -> None:
    channel, _ = scripted({"auth/login": [Reply(403, b"<html>blocked</html>")]})
    with pytest.raises(AuthFailed):
        channel.check_credentials()


@pytest.mark.parametrize(
    ("words", "is_session"),
    [
        ("Token is invalid or expired", True),
        ("access token has expired", True),
        ("Invalid token", True),
        ("Unauthorized", True),
        ("Please log in again.", True),
        ("SKU 'WoW Token' is invalid", False),
        ("Unauthorized change of price", False),
        ("The delivery code is invalid", False),
    ],
)
def test_words_inside_http_200_that_speak_of_the_session(words: str, is_session: bool) -> None:
    channel, platform = scripted({"product": [Reply(200, {"code": "4001", "msg": words}), paged([])]})
    if is_session:
        channel.check_credentials()
    else:
        with pytest.raises(Exception, match="code 4001"):
            channel.check_credentials()
    assert len(platform.bodies("auth/login")) == (2 if is_session else 1)


def test_the_login_sample_is_read() -> None:
    channel, _ = scripted({"auth/login": [sample("auth.login__success")], "product": [paged([])]})
    assert channel.check_credentials().name == "a@example.com"
