"""A document as a page of its own, for a file that any browser opens."""

from __future__ import annotations

import html

from nbtrail.views.document import Document
from nbtrail.views.markup import to_html

__all__ = ["html_page"]

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>:root {{ color-scheme: light dark }} body {{ font-family: system-ui, sans-serif; \
margin: 2rem }}</style>
</head>
<body>
{body}
</body>
</html>
"""


def html_page(title: str, document: Document) -> str:
    """Return a whole page that asks nobody for anything and runs nothing.

    Parameters
    ----------
    title : str
        Any text.
    document : Document
    """
    return _PAGE.format(title=html.escape(title), body=to_html(document))
