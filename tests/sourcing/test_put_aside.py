"""What is put aside for later or lies in the cart."""

import re

import pytest
from django.urls import reverse

from dashboard.sourcing import models as m
from dashboard.sync.models import Command
from tests.connected import drive
from tests.pages import assert_strict_html, flat


@pytest.mark.parametrize(("name", "model"), [("favourites", m.Favourite), ("cart", m.CartItem)])
def test_what_is_put_aside_or_in_the_cart_shows_its_picture_through_our_door(client_for, mirrored, name, model):
    first, other = model.objects.order_by("pk")[:2]
    model.objects.filter(pk=first.pk).update(image="https://img.example.com/first.jpg")
    model.objects.filter(pk=other.pk).update(image="")
    response = client_for("viewer").get(reverse(f"sourcing:{name}"))
    assert_strict_html(response)
    html = flat(response)
    pictures = re.findall(
        r'<div class="item">(.*?)(?:<a class="item-name"|<span class="two item-name">)', html, re.DOTALL
    )
    assert len(pictures) == model.objects.filter(gone_at=None).count()
    assert pictures.count('<span class="photo thumb"></span>') == 1
    (mine,) = (one for one in pictures if "first.jpg" in one)
    assert f'alt="Picture of {first}" loading="lazy"' in mine
    assert html.count("<img") == html.count('<img src="/pictures/small') == len(pictures) - 1


def test_favourites_are_added_and_removed(client_for, mirrored, sandbox):
    client = client_for("fulfilment")
    client.post(reverse("sourcing:favourite_add", args=[mirrored.slug, "12346"]))
    drive(Command.objects.get())
    row = m.Favourite.objects.get(product_remote_id="12346")
    client.post(reverse("sourcing:favourite_remove", args=[row.pk]))
    drive(Command.objects.latest("pk"))
    assert all(one["productId"] != 12346 for one in sandbox.favorites.values())
