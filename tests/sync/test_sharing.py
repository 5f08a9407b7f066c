"""Pictures given to platforms: drawn anew, behind addresses that nobody can guess, seen by whoever has one."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image

from dashboard.core.pictures import shown_at
from dashboard.sync import pictures, retention, sharing
from dashboard.sync.models import SharedPicture
from tests.pictures import png


@pytest.fixture
def share(user_for):
    """Keeps a file for a colleague; answers its address."""
    request = RequestFactory().get("/")
    request.user = user_for("support")
    return lambda data, name="a.png": sharing.sharer(request)(SimpleUploadedFile(name, data))


def test_a_picture_is_drawn_anew_and_shown_to_whoever_has_its_address(share, user_for):
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "where the seller lives"
    Image.new("RGB", (4000, 1000), (10, 120, 140)).save(made, "JPEG", exif=exif)
    address = share(made.getvalue())
    kept = SharedPicture.objects.get()
    assert address == f"http://testserver/pictures/shared/{kept.name}.jpg"
    assert (len(kept.name), kept.given_by) == (40, user_for("support"))
    response = Client().get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(response.content)) as found:
        assert (found.format, found.size) == ("JPEG", (2000, 500))
    assert b"where the seller lives" not in response.content


def test_the_same_picture_has_one_address_and_another_server_another(share, settings):
    first = share(png(10))
    assert share(png(10), "other-name.png") == first
    assert share(png(11)) != first
    assert SharedPicture.objects.count() == 2
    settings.SECRET_KEY = "another key, of another server, as long as keys are"
    assert share(png(10)) != first


def test_what_was_clear_stands_on_white(share):
    made = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG")
    with Image.open(io.BytesIO(Client().get(share(made.getvalue())).content)) as found:
        assert found.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7", "“x” is no picture: give PNG, JPEG, GIF or WebP."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "“x” is no picture: give PNG, JPEG, GIF or WebP."),
        (png(10)[:40], "“x” is no picture: give PNG, JPEG, GIF or WebP."),
        (b"0" * (sharing.LARGEST + 1), "“x” is larger than 10 MB."),
    ],
)
def test_what_is_no_picture_is_refused_and_not_kept(share, data, why):
    with pytest.raises(ValidationError) as refused:
        share(data, "x")
    assert refused.value.messages == [why]
    assert not SharedPicture.objects.exists()


def test_too_many_files_are_refused_before_one_is_read(rf):
    class Form(sharing.WithPictures):
        """Pictures alone."""

    read = []
    request = rf.post("/", {"pictures": [SimpleUploadedFile(f"{n}.png", png()) for n in range(10)], "image_urls": "x"})
    form = Form(request.POST, request.FILES, share=lambda file: read.append(file) or "address")
    assert form.errors == {"pictures": ["At most 9 pictures."]}
    assert read == []


def test_an_unknown_address_is_not_found(db):
    assert Client().get(f"/pictures/shared/{'0' * 40}.jpg").status_code == 404


def test_our_own_picture_is_shown_without_asking_anybody(share, client_for, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(pictures, "fetch_picture", None)
    response = client_for("viewer").get(shown_at(share(png(10))))
    assert response["Cache-Control"] == "private, max-age=86400"
    with Image.open(io.BytesIO(response.content)) as found:
        assert (found.format, found.size) == ("WEBP", (8, 8))


def test_a_picture_is_forgotten_a_year_after_it_was_given_last(share):
    share(png(10))
    share(png(11))
    SharedPicture.objects.update(given_at=timezone.now() - timedelta(days=366))
    again = share(png(11))
    assert retention.prune_all()["shared pictures"] == 1
    assert again.endswith(f"/{SharedPicture.objects.get().name}.jpg")
