"""Every kind of answer means one error, in the platform's words."""

from datetime import UTC, datetime

import httpx
import pytest

from channels.errors import Ambiguous, AuthFailed, NotSent, Rejected, WireError
from tests.channels.accplanet.support import answering, ref

LOGIN = '<!doctype html><html><title>Log in</title><form><input type="password" name="p"></form></html>'


def refusal(status, **body):
    return httpx.Response(status, json={"success": False, **body})


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (refusal(400, message="Bad price"), Rejected, "Bad price"),
        (refusal(409, error="Sold already"), Rejected, "Sold already"),
        (refusal(404, detail="Gone"), Rejected, "Gone"),
        (refusal(200, message="Отказано"), Rejected, "Отказано"),
        (refusal(200, error={"code": 7}), Rejected, '{"code":7}'),
        (refusal(200), Rejected, "The platform refused without a word (200)."),
        (httpx.Response(200, json={"success": "false", "message": "No"}), Rejected, "No"),
        (httpx.Response(422, json={"price": ["Required."]}), Rejected, '{"price":["Required."]}'),
        (httpx.Response(404, html="<h1>Not Found</h1>"), Rejected, "The platform answered 404."),
        (refusal(401, message="Invalid key"), AuthFailed, "Invalid key"),
        (refusal(403, message="This order is not yours"), Rejected, "This order is not yours"),
        (refusal(403, message="API key disabled"), AuthFailed, "API key disabled"),
        (httpx.Response(403, html="<h1>Forbidden</h1>"), AuthFailed, "The API key was not accepted."),
        (refusal(200, message="Invalid API key."), AuthFailed, "Invalid API key."),
        (refusal(200, message="Authentication required"), AuthFailed, "Authentication required"),
        (
            httpx.Response(200, html=LOGIN),
            AuthFailed,
            "The platform showed its sign-in page: the API key was not accepted.",
        ),
        (
            httpx.Response(302, headers={"location": "https://accplanet.com/en/login/?next=/x&key=s3cret"}),
            AuthFailed,
            "The platform sent us to /en/login/ instead of answering: the API key was not accepted, "
            "or the address of this endpoint is wrong.",
        ),
        (
            httpx.Response(301),
            AuthFailed,
            "The platform sent us to another address instead of answering: the API key was not accepted, "
            "or the address of this endpoint is wrong.",
        ),
        (refusal(429, message="Slow down"), NotSent, "Too many requests."),
        (refusal(503, message="Later"), NotSent, "orders.refund was turned away (503)."),
        (refusal(500, message="Oops"), Ambiguous, None),
    ],
)
def test_answers_to_a_write(answer, kind, words):
    channel = answering(answer)
    with pytest.raises(kind) as caught:
        channel.refund_order(ref("o"))
    assert words is None or caught.value.words == words
    assert (caught.value.status, len(channel.asked)) == (answer.status_code, 1)


def test_a_forbidden_list_is_about_the_key():
    channel = answering(refusal(403, message="Suppliers only"))
    with pytest.raises(AuthFailed, match="Suppliers only"):
        channel.pull_orders(None, None)


def test_retry_after_is_kept():
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    answer = httpx.Response(429, json={"success": False}, headers={"retry-after": "30"})
    channel = answering(answer)
    channel.http._now = lambda: now
    with pytest.raises(NotSent) as caught:
        channel.pull_orders(None, None)
    assert (caught.value.rate_limited, caught.value.retry_at) == (True, datetime(2026, 3, 2, 10, 0, 30, tzinfo=UTC))
    assert len(channel.asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404, html="<h1>Not Found</h1>"), WireError),
        (httpx.Response(200, html="<p>Maintenance. <a href='/login/'>Log in</a></p>"), WireError),
        (httpx.Response(200, html=LOGIN), AuthFailed),
        (httpx.Response(200, content=b""), WireError),
        (httpx.Response(500, html="<h1>Error</h1>"), NotSent),
        (refusal(400, message="page must be a number"), Rejected),
    ],
)
def test_answers_to_a_read(answer, kind):
    with pytest.raises(kind):
        answering(answer).pull_orders(None, None)


def test_a_wrong_address_names_itself():
    with pytest.raises(WireError) as caught:
        answering(httpx.Response(404, html="<h1>Not Found</h1>")).pull_tickets(None, None)
    assert caught.value.words.startswith("The platform has no address /tickets/api/supplier/list/:")


def test_a_description_with_a_form_is_no_sign_in_page():
    answer = httpx.Response(200, json=[{"product_id": "p", "description": LOGIN}])
    assert answering(answer, httpx.Response(200, json=[])).pull_products(None, None).records[0].remote_id == "p"


def test_broken_words_do_not_break_the_reader():
    answer = httpx.Response(400, content=b'{"success": false, "message": "\\ud800"}')
    with pytest.raises(Rejected):
        answering(answer).refund_order(ref("o"))


def test_the_key_goes_out_in_its_header_only():
    channel = answering(httpx.Response(200, json=[]))
    channel.pull_orders(None, None)
    request = channel.asked[0]
    assert request.headers["x-api-key"] == "ap_demo_key_123456"
    assert "authorization" not in request.headers
    assert "ap_demo" not in str(request.url)
