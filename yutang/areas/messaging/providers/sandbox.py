"""Sends nothing: whoever asks for a code sees it. For the demo and for trying a shop out; never for real people."""

from __future__ import annotations

from django.utils.translation import gettext_noop


class Sandbox:
    key = "sandbox"
    label = gettext_noop("Sandbox (codes are shown, not sent)")
    shows_code = True

    def send(self, *, phone: str, code: str, purpose: str, language: str, merchant_id: int) -> None:
        del phone, code, purpose, language, merchant_id  # the page shows the code
