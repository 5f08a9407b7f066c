"""Remote pictures: shown from our own address, drawn anew, and never a way to somewhere else."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from django.core.cache import cache
from PIL import Image

from channels import pictures as fetching
from channels.drawing import SIDE, draw
from channels.errors import Rejected
from channels.pictures import fetch_picture
from channels.serving import SandboxServer
from dashboard.core import html
from dashboard.core.pictures import named_by, shown_at
from dashboard.sync import pictures, retention
from dashboard.sync.opening import close_channels
from tests.connected import pull

HERE = frozenset({"127.0.0.1"})


class Host(BaseHTTPRequestHandler):
    """Answers with what the server was told for the path, and notes who asked."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Referer"), self.headers.get("Cookie")))
        status, kind, body = self.server.answers.get(self.path, (404, "text/plain", b"no"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if 300 <= status < 400:
            self.send_header("Location", body.decode())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def host(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    cache.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.answers, server.asked = {}, []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def photo(width=300, height=150, kind="JPEG", **kept):
    made = io.BytesIO()
    Image.new("RGB", (width, height), (10, 120, 140)).save(made, kind, **kept)
    return made.getvalue()


def seen(response):
    """Format and size of the picture in an answer."""
    with Image.open(io.BytesIO(response.content)) as found:
        return found.format, found.size


def test_a_picture_is_fetched_once_drawn_anew_and_kept(host, client_for):
    exif = Image.Exif()
    exif[0x010E] = "where the buyer lives"
    host.answers["/a.jpg"] = (200, "image/jpeg", photo(exif=exif))
    client, address = client_for("viewer"), f"{host.url}/a.jpg"
    for _ in range(2):
        response = client.get(shown_at(address))
        assert (response.status_code, seen(response)) == (200, ("WEBP", (144, 72)))
        assert response["Content-Type"] == "image/webp"
        assert response["Cache-Control"] == "private, max-age=86400"
    large = client.get(shown_at(address, "large"))
    assert seen(large) == ("WEBP", (300, 150))
    assert b"where the buyer lives" not in large.content
    assert host.asked == [("/a.jpg", None, None)]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("missing", (404, "text/plain", b"no")),
        ("a page", (200, "image/png", b"<html><script>alert(1)</script></html>")),
        ("a drawing with a script", (200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>")),
        ("cut short", (200, "image/jpeg", photo()[:200])),
        ("led elsewhere", (302, "text/plain", b"http://169.254.169.254/latest/meta-data")),
        ("too many pixels", (200, "image/png", photo(9000, 9000, "PNG"))),
    ],
)
def test_what_is_no_picture_shows_nothing_and_is_not_asked_again(host, client_for, name, answer):
    host.answers["/x"] = answer
    for _ in range(2):
        response = client_for("viewer").get(shown_at(f"{host.url}/x"))
        assert seen(response) == ("WEBP", (1, 1))
        assert response["Cache-Control"] == "no-store"
    assert [path for path, *_ in host.asked] == ["/x"]
    assert list(pictures._folder().glob("*/*")) == []


def test_a_large_file_is_refused_at_the_cap(host, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 1000)
    host.answers["/big"] = (200, "image/png", b"x" * 5000)
    with pytest.raises(Rejected, match="larger than"):
        fetch_picture(f"{host.url}/big", HERE)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.png", "https://example.com:8443/a.png", "https://user@example.com/a.png",
        "ftp://127.0.0.1/a", "file:///etc/passwd", "https://127.0.0.1/a.png", "https://[::1]/a.png",
        "https://169.254.169.254/latest", "https://10.0.0.1/", "https://2130706433/", "https://localhost/x", "https:///x",
        "https://example.com:port/", "https://ex\u00e4mple.com/a.png",
    ],
)  # fmt: skip
def test_only_public_addresses_over_https_are_asked(address):
    with pytest.raises(Rejected):
        fetch_picture(address)


def test_an_address_that_no_page_named_is_not_shown(host, client_for):
    signed = shown_at(f"{host.url}/a.jpg")
    client = client_for("superuser")
    for given in (
        f"/pictures/small?of={quote(host.url)}/a.jpg",
        signed[:-1] + "!",
        "/pictures/small",
        signed.replace("small", "huge"),
    ):
        assert client.get(given).status_code == 404
    assert host.asked == []
    assert named_by(f"{host.url}/a.jpg:forged") is None


def test_a_host_that_cannot_be_reached_rests(host, client_for):
    address = host.url
    host.shutdown()
    host.server_close()
    for path in ("/1", "/2"):
        assert seen(client_for("viewer").get(shown_at(address + path))) == ("WEBP", (1, 1))
    assert cache.get(pictures._resting(address)) == 1


def test_old_pictures_are_forgotten(host, monkeypatch, db):
    host.answers["/a.jpg"] = (200, "image/jpeg", photo())
    assert pictures.picture(f"{host.url}/a.jpg", "small").exists()
    assert retention.prune_all()["pictures"] == 0
    monkeypatch.setattr(pictures, "KEPT_SECONDS", -5)
    assert retention.prune_all()["pictures"] == 2
    assert pictures.picture(f"{host.url}/a.jpg", "small").exists()


def test_the_markup_loads_only_from_here():
    made = html.picture("https://cdn.example/a.png", "<Cup>")
    assert "cdn.example" not in made.replace("https%3A%2F%2Fcdn.example%2Fa.png", "")
    assert 'alt="&lt;Cup&gt;"' in made
    assert html.picture("javascript:alert(1)", "x") == '<span class="photo picture"></span>'


def test_a_served_sandbox_draws_what_it_names(host):
    server = SandboxServer({}, draws_pictures=True)
    server.start()
    try:
        drawn = fetch_picture(f"{server.url}/_pictures/12/1.jpg", HERE)
    finally:
        server.shutdown()
        server.server_close()
    assert drawn == draw("12/1.jpg") != draw("12/2.jpg")
    with Image.open(io.BytesIO(drawn)) as found:
        found.load()
        assert (found.format, found.size) == ("PNG", (SIDE, SIDE))


def test_a_list_shows_its_pictures_through_us(connection, client_for):
    pull(connection, "products")
    page = client_for("viewer").get("/catalog/").content.decode()
    close_channels()
    assert page.count('<img src="/pictures/small?of=') > 5
    assert 'src="http' not in page
