from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class CouponNotOffered(DomainError):
    """It is a draft, paused or ended, or not to be claimed now."""

    code = "coupons.not_offered"
    message = gettext_noop("“%(name)s” is not given out at the moment.")
    status = 409


class CouponsGone(DomainError):
    """All pieces are out, or what is left of the budget is not enough for one more."""

    code = "coupons.gone"
    message = gettext_noop("All coupons “%(name)s” are taken.")
    status = 409


class PersonalLimit(DomainError):
    code = "coupons.personal_limit"
    message = gettext_noop("One person gets “%(name)s” at most %(limit)s times.")
    status = 409


class CouponGone(DomainError):
    """Used meanwhile, expired, or not this person's."""

    code = "coupons.coupon_gone"
    message = gettext_noop("The coupon “%(name)s” cannot be used any more.")
    status = 409


class WrongCode(DomainError):
    """Also one that was redeemed before: nobody learns which codes exist."""

    code = "coupons.wrong_code"
    message = gettext_noop("This code is not valid, or it has been used.")
    status = 422


class TooManyTries(DomainError):
    code = "coupons.too_many_tries"
    message = gettext_noop("Too many tries. Please wait a minute.")
    status = 429


class NotGiftable(DomainError):
    code = "coupons.not_giftable"
    message = gettext_noop("“%(name)s” cannot be given to somebody else.")
    status = 409


class GiftTaken(DomainError):
    code = "coupons.gift_taken"
    message = gettext_noop("This gift has been taken already, or is over.")
    status = 409


class OwnGift(DomainError):
    code = "coupons.own_gift"
    message = gettext_noop("This is your own coupon: send the link to somebody else.")
    status = 409


class WrongTerms(DomainError):
    """`reason`: a msgid."""

    code = "coupons.wrong_terms"
    message = gettext_noop("%(reason)s")
    status = 422


class WrongState(DomainError):
    code = "coupons.wrong_state"
    message = gettext_noop("“%(name)s” is %(state)s: this cannot be done.")
    status = 409


class NobodyChosen(DomainError):
    code = "coupons.nobody_chosen"
    message = gettext_noop("There is nobody to issue to.")
    status = 422


class AlreadyExported(DomainError):
    code = "coupons.already_exported"
    message = gettext_noop("These codes were exported already; they can be exported once.")
    status = 409
