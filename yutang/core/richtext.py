"""Rich text of a merchant, as pages of the shop may show it."""

from __future__ import annotations

import nh3

# What a page of the shop needs; no scripts, styles, forms, frames or event attributes.
_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "blockquote", "ul", "ol", "li", "img", "a",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "span", "div",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}


def cleaned(html: str) -> str:
    """A rich text without anything that acts; links leave without telling where from."""
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel="noopener noreferrer nofollow"
    )
