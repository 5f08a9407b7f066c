"""What channels and workers say in English is read in the reader's language; other people's words stay."""

import re

import pytest
from django.utils.translation import override

from channels.registry import PLATFORMS
from dashboard.core import html
from dashboard.core.declared import phrases
from dashboard.core.wording import spelled, worded

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODES = {"USD", "EUR", "auto", "camel", "snake"}  # the same in every language


def declared():
    """Everything that the platforms say of themselves."""
    for platform in PLATFORMS.values():
        yield platform.summary
        yield from platform.needs.values()
        for field in (*platform.credentials, *platform.options):
            yield from (field.label, field.hint, *field.choices)
        yield from (route.quirk for route in platform.routes)
        yield from (event.label for event in (platform.callbacks.events if platform.callbacks else ()))


@pytest.mark.parametrize("words", sorted({words for words in declared() if words} - CODES))
def test_what_platforms_declare_is_chinese_for_chinese_readers(words):
    with override("zh-hans"):
        assert CHINESE.search(worded(words)), words
    with override("en"):
        assert worded(words) == words


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("The credentials were refused.", "凭据被拒绝。"),
        ("orders.list was turned away (503).", "orders.list 被平台拒收（503）。"),
        (
            "deliver was sent, but the platform answered 502. It may have taken effect.",
            "deliver 已发送，但平台答复 502。可能已经生效。",
        ),
        ("No list here. (at $.data.list)", "No list here.（位于 $.data.list）"),
        ("Price → USD 5.00", "价格 → USD 5.00"),
        ("2 units", "2 件"),
        ("two units", "two units"),
        ("Late delivery is against our rules", "Late delivery is against our rules"),
        ("There is nothing to change. Too many requests.", "没有要更改的内容。 请求过多。"),
        ("Insufficient balance, please recharge", "Insufficient balance, please recharge"),
        ("", ""),
    ],
)
def test_sentences_are_found_with_their_values(said, read):
    with override("zh-hans"):
        assert worded(said) == read


def test_a_value_named_twice_must_be_the_same_twice():
    with override("zh-hans"):
        same = worded("The SKU 7 has no SKU; M2E Cloud changes a SKU by its SKU only.")
        other = worded("The SKU 7 has no SKU; M2E Cloud changes a title by its SKU only.")
    assert same == "SKU 7 没有 SKU；M2E Cloud 只能按 SKU 更改SKU。"
    assert other == "The SKU 7 has no SKU; M2E Cloud changes a title by its SKU only."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orderSubtotal", "Order subtotal"),
        ("coupon_discount", "Coupon discount"),
        ("brandId", "Brand id"),
        ("tax", "Tax"),
        ("Length (inch)", "Length (inch)"),
        ("UPC", "UPC"),
        ("Size", "Size"),
        ("", ""),
    ],
)
def test_names_of_fields_are_spelled_as_words(name, words):
    assert spelled(name) == words


def test_a_name_shows_the_platforms_spelling_on_hover():
    with override("zh-hans"):
        assert html.field_name("shipping_cost") == '<span title="shipping_cost">运费</span>'
        assert html.field_name("<b>") == "&lt;b&gt;"


def test_phrases_leave_out_docstrings_and_sandboxes(tmp_path):
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "one.py").write_text('raise Rejected("The platform says no.")\n')
    (tmp_path / "one.py").write_text(
        '"""This is what the module does."""\n'
        'PLATFORM = Platform(label="Somewhere", summary="A shop", fields=(Field(key="k", label="Key"),))\n'
        'raise Rejected(f"{order.remote_id} has no {what.name()}: 5 % of {order.remote_id}.")\n'
        'send("GET /orders")\n'
    )
    found = [(line, words) for _path, line, words in phrases(tmp_path)]
    said = "%(remote_id)s has no %(value2)s: 5 %% of %(remote_id)s."
    assert found == [(2, "A shop"), (2, "Key"), (3, said)]
