"""Texts that attack whoever shows them, and a page checker that finds out whether they got through."""

from __future__ import annotations

import re
from html.parser import HTMLParser

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</span></td></table></details><iframe src=javascript:alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "<style>*{display:none}</style>",
    '"; background:url(javascript:alert(1)); x="',
    "<!-- --!><b onclick=alert(1)>",
    "]]><![CDATA[<script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    '<math><mi xlink:href="data:x,<script>alert(1)</script>">',
    "$\\href{javascript:alert(1)}{x}$ \\(x\\)",
    "<details open ontoggle=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "<base href=//evil.example><form action=//evil.example><input type=submit>",
    "\x00\x08<scr\x00ipt>",
    "\u202e\u2066>tpircs<",
    "line\nbreak\r\n<p>",
    "x" * 5000 + "<b>",
)

LINK = re.compile("#nbtrail-run=[0-9a-f]{32}")
TAGS = {
    "a",
    "div",
    "span",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "img",
}


class Page(HTMLParser):
    """Collects the tags and attributes of a page, and its text."""

    def __init__(self, html):
        super().__init__()
        self.problems, self.texts = [], []
        self.feed(html)
        self.close()

    @property
    def text(self):
        return "".join(self.texts)

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.problems.append(tag)
        for name, value in attrs:
            good = name in {"class", "style", "alt"} or (
                tag == "img" and name == "src" and value.startswith("data:image/png;base64,")
            )
            good = good or (tag == "a" and name == "href" and bool(LINK.fullmatch(value)))
            if not good or (name == "style" and re.search(r"url\(|expression|javascript", value)):
                self.problems.append((tag, name, value))

    def handle_comment(self, data):
        self.problems.append(("comment", data))

    def handle_decl(self, decl):
        self.problems.append(("declaration", decl))

    def unknown_decl(self, data):
        self.problems.append(("declaration", data))

    def handle_pi(self, data):
        self.problems.append(("instruction", data))

    def handle_data(self, data):
        self.texts.append(data)
