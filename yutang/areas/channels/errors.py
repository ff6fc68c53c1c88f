from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class NotConnected(DomainError):
    """The merchant has no Official Account that is in use."""

    code = "channels.not_connected"
    message = gettext_noop("This shop is not connected with WeChat.")
    status = 404


class NotRecognised(DomainError):
    """The code is unknown, too old or used already."""

    code = "channels.not_recognised"
    message = gettext_noop("WeChat did not say who you are. Please try once more.")
    status = 422


class SnapshotPage(DomainError):
    code = "channels.snapshot_page"
    message = gettext_noop("WeChat shows you a snapshot of this page. Open the full page first, then log in.")
    status = 403


class Unreachable(DomainError):
    code = "channels.unreachable"
    message = gettext_noop("WeChat does not answer. Please try again in a moment.")
    status = 503


class Declined(DomainError):
    """WeChat refuses the merchant's account, or what it asks for; the log says why."""

    code = "channels.declined"
    message = gettext_noop("Log-in with WeChat does not work in this shop at the moment. Please use your phone.")
    status = 502
