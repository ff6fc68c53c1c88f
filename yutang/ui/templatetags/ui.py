"""Components of the design system as template tags."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An outline icon of the sprite; every name stands in ui/icons.txt."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round"><use href="{}#{}"/></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )
