from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError, Invalid


class SlugTaken(DomainError):
    code = "merchants.slug_taken"
    message = gettext_noop("The merchant name %(slug)s is taken.")
    status = 409


class UnknownMerchant(DomainError):
    code = "merchants.unknown"
    message = gettext_noop("There is no merchant %(slug)s. Known: %(known)s.")
    status = 404


class BadSetting(Invalid):
    code = "merchants.bad_setting"
    message = gettext_noop("%(value)s cannot be used for %(field_label)s.")
