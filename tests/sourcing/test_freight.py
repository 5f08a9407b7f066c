"""Comparing freight: for packages or a weight, to a country that is chosen by its name."""

import pytest
from django.core.cache import cache

from dashboard.sourcing import models as m
from dashboard.sync.models import Command
from tests.connected import fault
from tests.pages import assert_strict_html
from tests.sourcing.test_pages import text, url

pytestmark = pytest.mark.django_db


def test_freight_is_compared_on_a_page_of_its_own_too(client_for, mirrored):
    viewer = client_for("viewer")
    package = m.Package.objects.filter(shippable=True, weight_grams__gt=200).first()
    whole = viewer.get(url("quotes"), {"package": package.pk, "country": "DE"})
    assert_strict_html(whole)
    assert "<main" in text(whole)
    assert len(whole.context["quotes"]) >= 2
    assert 'type="radio"' not in text(whole)
    assert url("shipment_new") not in text(whole)
    assert url("shipment_new") in text(client_for("fulfilment").get(url("quotes"), {"package": package.pk}))
    light = viewer.get(url("quotes"), {"country": "DE", "grams": "900"})
    assert_strict_html(light)
    assert light.context["grams"] == "900\u00a0g"
    assert len(light.context["quotes"]) >= 2
    assert_strict_html(viewer.get(url("quotes")))


def test_a_box_has_sides_with_parts_of_a_centimetre(client_for, mirrored):
    viewer, given = client_for("viewer"), {"country": "DE", "grams": "900", "width": "20", "height": "15"}
    page = viewer.get(url("quotes"), given | {"length": "30.5"})
    assert_strict_html(page)
    assert {one["charged"] for one in page.context["quotes"]} == {"1.83\u00a0kg"}  # 30.5 · 20 · 15 / 5
    for wrong in ("0", "-3", "501", "1.234", "wide"):
        page = viewer.get(url("quotes"), given | {"length": wrong})
        assert "length" in page.context["quote_form"].errors
        assert page.context["quotes"] == []


def test_a_country_is_chosen_by_name_among_those_that_the_agent_ships_to(client_for, mirrored, sandbox):
    viewer = client_for("viewer")
    page = text(viewer.get(url("quotes")))
    assert '<option value="DE">Germany</option>' in page
    assert page.count("<option value=") == 11  # ten countries, and none
    user = viewer.get(url("quotes"), {"country": "de", "grams": "900"})
    assert user.context["quote_form"].cleaned_data["country"] == "DE"
    cache.clear()
    fault(sandbox, "logistics.countries", "status", code=500, times=20)
    assert text(viewer.get(url("quotes"))).count("<option value=") > 200  # nobody knows: all of them


def test_nothing_is_asked_before_the_weight_is_named(client_for, mirrored):
    page = client_for("viewer").get(url("quotes"), {"country": "DE"})
    assert_strict_html(page)
    assert page.context["quote_form"].errors == {"grams": ["This field is required."]}
    assert "Name the country and the weight." in text(page)
    assert "No method takes this" not in text(page)


def test_a_country_that_no_list_names_is_kept_in_its_form(client_for, mirrored):
    entry = m.AddressEntry.objects.first()
    m.AddressEntry.objects.update(country="XK")
    page = text(client_for("fulfilment").get(f"/sourcing/addresses/{entry.pk}/"))
    assert '<option value="XK" selected>XK</option>' in page
    assert '<option value="DE">Germany</option>' in page


def test_a_country_that_no_list_names_is_not_taken_anew(client_for, mirrored):
    entry, client = m.AddressEntry.objects.first(), client_for("fulfilment")
    given = {"name": "Ana", "phone": "1", "city": "C", "address": "S 1", "postcode": "1", "form_key": "k"}
    address = f"/sourcing/addresses/{entry.pk}/"
    for where in (address, f"/sourcing/addresses/new/?connection={mirrored.slug}"):
        refused = client.post(where, given | {"country": "QQ"})
        assert (refused.status_code, "“QQ” is no country of the list." in text(refused)) == (422, True)
    assert not Command.objects.exists()
    m.AddressEntry.objects.update(country="XK")
    assert client.post(address, given | {"country": "XK"}).status_code == 302
    assert Command.objects.get().payload["country"] == "XK"
