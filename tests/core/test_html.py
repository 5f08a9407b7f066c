"""Nothing that a platform sends runs, styles or wakes anything."""

# ruff: noqa: E501
import html5lib
import pytest
from django.utils import translation

from dashboard.core import html

SCRIPT = "alert(1)"
HANDLERS = ["onclick", "onerror", "onload", "onmouseover", "onfocus", "ontoggle", "onanimationstart", "onbegin"]
ATTRIBUTES = [
    'style="background:url(//evil.example)"', 'id="main"', 'class="btn"', 'hx-get="/staff/"', 'data-hx-get="/staff/"',
    'hx-on:click="alert(1)"', 'data-act="open"', 'data-href="/x"', 'srcdoc="<script>1</script>"', 'name="csrf"',
    'formaction="javascript:alert(1)"', 'ping="//evil.example"', 'target="_top"', 'tabindex="1"', 'autofocus',
    'contenteditable', 'is="x-y"', 'slot="x"', 'xlink:href="javascript:alert(1)"', 'background="//evil.example"',
]  # fmt: skip
ELEMENTS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example></SCRIPT>", "<style>*{display:none}</style>",
    "<iframe src=javascript:alert(1)></iframe>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<form action=//evil.example><input name=q></form>",
    "<input autofocus onfocus=alert(1)>", "<object data=javascript:alert(1)>", "<embed src=//evil.example>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>", "<template><script>alert(1)</script></template>",
    "<video src=x onerror=alert(1)>", "<audio src=x onerror=alert(1)>", "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>", "<button onclick=alert(1)>x</button>", "<textarea><script>1</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>", "<p><style><!--</style><script>alert(1)//--></script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<img src=x:alert(1) onerror=eval(src)>", "<a><b><c>x",
    "<div><a href='&#106;avascript:alert(1)'>x</a>", "\x00<scr\x00ipt>alert(1)</scr\x00ipt>", "<table><td><script>1</script>",
    "<xss-element style=x>", "<dialog open>x</dialog>", "<canvas>", "<portal src=x>", "<frameset onload=alert(1)>",
    "<body onload=alert(1)>", "<html onclick=alert(1)>", "<plaintext><script>1</script>", "<xmp><script>1</script></xmp>",
]  # fmt: skip
URLS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "javascript&colon;alert(1)", "&#x6A;avascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>", "vbscript:msgbox(1)", "file:///etc/passwd", "blob:https://x/1",
    "//evil.example", "/staff/sign-out/", "?next=x", "#main", "feed:javascript:alert(1)", "view-source:javascript:alert(1)",
    "https://user:pw@evil.example/", "https:evil.example", "http://", "about:blank", "mailto:x@y.z", "tel:1", "\x01javascript:1",
]  # fmt: skip
CORPUS = (
    ELEMENTS
    + [f"<p {each}>x</p>" for each in ATTRIBUTES]
    + [f"<p {name}=alert(1)>x</p>" for name in HANDLERS]
    + [f"<img src=x {name}=alert(1)>" for name in HANDLERS]
    + [f'<a href="{url}">x</a>' for url in URLS]
    + [f'<img src="{url}" alt="x">' for url in URLS]
    + [
        f'<b title="x&quot; onclick={SCRIPT}">x</b>',
        f'<img alt="x&quot; onclick={SCRIPT}" src="https://a.b/&quot;onclick=1">',
    ]
)
FOREIGN = {"class", "data-hx-disable", "href", "title", "target", "rel", "colspan", "rowspan", "scope", "start"}


def test_the_corpus_is_large():
    assert len(CORPUS) >= 100


@pytest.mark.parametrize("payload", CORPUS)
def test_nothing_survives(payload):
    clean = html.sanitised(payload)
    tree = html5lib.parseFragment(clean, treebuilder="etree", namespaceHTMLElements=False)
    root = next(iter(tree))
    assert (root.tag, root.attrib) == ("div", {"class": "foreign", "data-hx-disable": ""})
    for element in root.iter():
        assert element.tag in html.TAGS - {"img"}
        assert set(element.attrib) <= FOREIGN
        assert element is root or element.attrib.get("class", "chip") == "chip"
        link = element.attrib.get("href", "https://a.b")
        assert link.startswith(("https://", "http://"))
        assert "@" not in link


@pytest.mark.parametrize("payload", CORPUS)
def test_text_with_links_is_text(payload):
    clean = html.with_links(payload)
    tree = html5lib.parseFragment(clean, treebuilder="etree", namespaceHTMLElements=False)
    assert {element.tag for element in tree.iter()} <= {"DOCUMENT_FRAGMENT", "a", "br"}


def test_what_stays():
    assert html.sanitised("<p>Hi <b>there</b><br>x</p>") == (
        '<div class="foreign" data-hx-disable><p>Hi <b>there</b><br>x</p></div>'
    )
    assert html.sanitised('<a href="https://a.b/c?d=1&amp;e">x</a>') == (
        '<div class="foreign" data-hx-disable>'
        '<a href="https://a.b/c?d=1&amp;e" target="_blank" rel="noopener noreferrer nofollow">x</a></div>'
    )


@pytest.mark.parametrize("url", URLS)
def test_a_link_without_its_address_is_no_link(url):
    told = html.sanitised(
        f'<p>See <a title=" href=1" href="{url}">my <b>shop</b>\nhere</a>, <a href="https://a.b/">x</a></p>'
    )
    assert told == (
        '<div class="foreign" data-hx-disable><p>See my <b>shop</b>\nhere, '
        '<a href="https://a.b/" target="_blank" rel="noopener noreferrer nofollow">x</a></p></div>'
    )


def test_remote_images_load_on_click_only():
    clean = html.sanitised('<img src="https://cdn.example/a.png" alt="A &quot;cat&quot;">')
    assert "<img" not in clean
    assert 'href="https://cdn.example/a.png"' in clean
    assert "A &quot;cat&quot;" in clean
    assert 'rel="noopener noreferrer nofollow"' in html.image_link("https://cdn.example/a.png")
    assert "href" not in html.image_link("javascript:alert(1)", "x")


def test_links_in_text():
    assert html.with_links("See https://a.b/c?d=1&e=2).\n<b>") == (
        'See <a href="https://a.b/c?d=1&amp;e=2" target="_blank" rel="noopener noreferrer nofollow">'
        "https://a.b/c?d=1&amp;e=2</a>).<br>&lt;b&gt;"
    )


def test_signs_escape_their_words():
    assert html.state("good", "<b>") == '<span class="state is-good">&lt;b&gt;</span>'
    assert html.badge('x" onclick="', "w") == '<span class="badge">w</span>'
    assert "<i>" not in html.clock("<i>", "act", 0.5)
    assert 'stroke-dasharray="50 100"' in html.clock("x", "", 0.5)
    assert 'stroke-dasharray="100 100"' in html.clock("x", "", 7)


def test_icons():
    assert html.icon("home").startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">')
    assert 'role="img" aria-label="&lt;x&gt;"' in html.icon("home", "<x>")


def test_a_name_of_a_fact_is_in_the_language_of_who_reads_it_now():
    with translation.override("en"):
        assert html.field_name("connection") == '<span title="connection">Connection</span>'
    with translation.override("zh-hans"):
        assert html.field_name("connection") == '<span title="connection">连接</span>'
    with translation.override("en"):
        assert html.field_name("connection") == '<span title="connection">Connection</span>'
