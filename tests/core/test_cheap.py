"""The tags that make long pages cheap print what the plain ones would, and keep nothing for the wrong reader."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from dashboard.core.pages import addresses
from dashboard.core.templatetags.cheap import MOST_KEPT
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Order

ROWS = [
    {"pk": 1, "name": "<b>&\"'", "sign": SafeString("<i>x</i>"), "none": None},
    {"pk": 23456, "name": "{0} {name} %s", "sign": "<i>", "none": 1.5},
]
BODY = "<tr id={{ row.pk }}>{{ word }} {{ row.name }}{{ row.sign }}|{{ row.none }}{% if word %}!{% endif %}</tr>\n"


def printed(text, **context):
    return Template("{% load cheap %}" + text).render(Context(context))


def test_each_prints_what_for_prints():
    each = printed("{% each row in rows %}" + BODY + "{% endeach %}", rows=ROWS, word="<w>")
    assert each == printed("{% for row in rows %}" + BODY + "{% endfor %}", rows=ROWS, word="<w>")
    assert "<tr id=1>&lt;w&gt; &lt;b&gt;&amp;&quot;&#x27;<i>x</i>|None!</tr>" in each
    assert printed("{% each row in rows %}x{% endeach %}", rows=[]) == ""


@pytest.mark.parametrize("body", ["{{ row.name|upper }}", "{{ row }}", "{{ row.sign.text }}"])
def test_each_formats_nothing(body):
    with pytest.raises(TemplateSyntaxError):
        printed("{% each row in rows %}" + body + "{% endeach %}", rows=ROWS)


def test_each_misses_no_value():
    with pytest.raises(KeyError):
        printed("{% each row in rows %}{{ row.absent }}{% endeach %}", rows=ROWS)


def test_kept_is_rendered_once_for_its_values_and_language():
    template = Template(
        "{% load cheap i18n %}{% kept by role more.key %}{{ made }} {% translate 'Orders' %}{% endkept %}"
    )

    def shown(made, role, key="k", language="en"):
        with translation.override(language):
            return template.render(Context({"made": made, "role": role, "more": {"key": key}}))

    assert shown(1, "admin") == "1 Orders"
    assert shown(2, "admin") == "1 Orders"
    assert shown(3, "viewer") == "3 Orders"
    assert shown(4, "admin", key="other") == "4 Orders"
    assert shown(5, "admin", language="zh-hans") == "5 订单"
    assert shown(6, "admin", language="zh-hans") == "5 订单"
    assert (shown(7, None), shown(8, None)) == ("7 Orders", "8 Orders")


def test_kept_does_not_grow_without_end():
    template = Template("{% load cheap %}{% kept by n %}{{ n }}{% endkept %}")
    for n in range(MOST_KEPT * 2 + 1):
        assert template.render(Context({"n": n})) == str(n)
        assert len(template.nodelist[1].found) <= MOST_KEPT


def test_no_token_of_a_form_is_kept():
    with pytest.raises(TemplateSyntaxError):
        printed("{% kept %}<form>{% if a %}{% csrf_token %}{% endif %}</form>{% endkept %}")


def test_addresses_of_many_records():
    address = addresses("orders:detail")
    assert [address(1), address(23)] == ["/orders/1/", "/orders/23/"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "kept"), [("", True), ("?view=all&sort=-total", True), ("?buyer=x", False), ("?since=never", False)]
)
def test_what_surrounds_the_rows_is_kept_while_no_filter_is_on(user_for, query, kept):
    request = RequestFactory().get(f"/orders/{query}")
    request.user = user_for("admin")
    assert (ORDERS.open(request, Order.objects.all()).look is not None) == kept


@pytest.mark.django_db
def test_pages_of_people_with_other_rights_differ(client_for):
    admin, viewer = (client_for(role).get("/orders/").content.decode() for role in ("admin", "viewer"))
    assert ('data-go="f"' in admin, 'data-go="f"' in viewer) == (True, False)
    assert ("Go to Finance" in admin, "Go to Finance" in viewer) == (True, False)
