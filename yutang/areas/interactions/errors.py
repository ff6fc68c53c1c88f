from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class Malformed(DomainError):
    code = "request.malformed"
    message = gettext_noop("The body is not JSON in UTF-8.")
    status = 400


class BatchTooLong(DomainError):
    code = "interactions.batch_too_long"
    message = gettext_noop("A batch may hold %(limit)s events.")
    status = 413
