from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class KeyMissing(DomainError):
    code = "api_key.missing"
    message = gettext_noop("Send an API key: Authorization: Bearer yk_….")
    status = 401


class KeyUnknown(DomainError):
    code = "api_key.unknown"
    message = gettext_noop("This API key does not exist.")
    status = 401


class KeyRevoked(DomainError):
    code = "api_key.revoked"
    message = gettext_noop("This API key was revoked.")
    status = 401


class KeyExpired(DomainError):
    code = "api_key.expired"
    message = gettext_noop("This API key has expired.")
    status = 401


class TooManyRequests(DomainError):
    code = "api_key.too_many_requests"
    message = gettext_noop("Too many requests: %(limit)s a minute. Try again in %(wait)s s.")
    status = 429


class ScopeNotHeld(DomainError):
    """Nobody gives a key more than they may do themselves."""

    code = "api_key.scope_not_held"
    message = gettext_noop("You cannot give what you may not do there yourself: %(permission)s.")
    status = 403


class OriginNotAllowed(DomainError):
    """A site key works on the web sites it was made for."""

    code = "api_key.origin_not_allowed"
    message = gettext_noop("This site key is not for pages of %(origin)s.")
    status = 403
