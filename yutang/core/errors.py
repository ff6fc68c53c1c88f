"""Errors that a person caused and can mend. Everything else is a bug and stays an exception.

`code` is stable (API, tests); the message is an English msgid with named parameters, translated where it is shown.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_noop


class DomainError(Exception):
    """Base of all such errors. Subclasses set `code`, `message` and, for HTTP faces, `status`."""

    code = "error"
    message = gettext_noop("That did not work.")
    status = 400

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        self.field = field
        self.params = params
        super().__init__(self.code, field, params)

    def __str__(self) -> str:
        return gettext(self.message) % self.params if self.params else gettext(self.message)


class NotAllowed(DomainError):
    code = "access.not_allowed"
    message = gettext_noop("You do not have permission to do this (%(permission)s).")
    status = 403


class NotFound(DomainError):
    code = "not_found"
    message = gettext_noop("This does not exist, or you may not see it.")
    status = 404


class Invalid(DomainError):
    """A value that cannot be used; `field` names it."""

    code = "invalid"
    message = gettext_noop("%(field_label)s: %(reason)s")
    status = 422
