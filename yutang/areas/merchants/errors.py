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


# -- logging in ------------------------------------------------------------------------------------------------------


class WrongCredentials(DomainError):
    """Deliberately the same for an unknown e-mail, a wrong password and a closed account."""

    code = "auth.wrong_credentials"
    message = gettext_noop("E-mail and password do not match.")
    status = 422


class TooManyAttempts(DomainError):
    code = "auth.too_many_attempts"
    message = gettext_noop("Too many failed attempts. Try again in %(minutes)s min.")
    status = 429


class WrongCode(DomainError):
    code = "auth.wrong_code"
    message = gettext_noop("This code is not right, or was used before. Wait for the next one and try again.")
    status = 422


class NoMerchant(DomainError):
    code = "auth.no_merchant"
    message = gettext_noop("This account works for no merchant at the moment. Ask an owner to let you in.")
    status = 403


class LinkExpired(DomainError):
    code = "auth.link_expired"
    message = gettext_noop("This link has been used or has expired. Ask for a new one.")
    status = 404


class FactorRequired(DomainError):
    code = "auth.factor_required"
    message = gettext_noop("Your roles require a second factor; it cannot be turned off.")
    status = 409


# -- staff -----------------------------------------------------------------------------------------------------------


class BeyondOwnRights(DomainError):
    code = "staff.beyond_own_rights"
    message = gettext_noop("You can only hand out and take away what you hold yourself, where you hold it.")
    status = 403


class LastOwner(DomainError):
    code = "staff.last_owner"
    message = gettext_noop("This is the last owner. Make somebody else an owner first.")
    status = 409


class NotYourself(DomainError):
    code = "staff.not_yourself"
    message = gettext_noop("You cannot do this to yourself. Ask a colleague.")
    status = 409


class AlreadyMember(DomainError):
    code = "staff.already_member"
    message = gettext_noop("%(email)s works here already.")
    status = 409


class WorksElsewhere(DomainError):
    code = "staff.works_elsewhere"
    message = gettext_noop("This person also works for another merchant and can only change the password personally.")
    status = 409


class NoGrant(DomainError):
    code = "staff.no_grant"
    message = gettext_noop("Choose at least one role, or deactivate the person.")
    status = 422


# -- roles -----------------------------------------------------------------------------------------------------------


class PresetRole(DomainError):
    code = "roles.preset"
    message = gettext_noop("Preset roles cannot be changed. Copy the role and change the copy.")
    status = 409


class RoleNameTaken(DomainError):
    code = "roles.name_taken"
    message = gettext_noop("There is a role with this name already.")
    status = 409


class RoleInUse(DomainError):
    code = "roles.in_use"
    message = gettext_noop("People who still have this role: %(count)s. Give them another one first.")
    status = 409


class NoPermission(DomainError):
    code = "roles.no_permission"
    message = gettext_noop("Choose at least one permission.")
    status = 422


# -- organisation ----------------------------------------------------------------------------------------------------


class NodeCodeTaken(DomainError):
    code = "nodes.code_taken"
    message = gettext_noop("The code %(code)s is taken.")
    status = 409


class BadParent(DomainError):
    code = "nodes.bad_parent"
    message = gettext_noop("Nothing can stand below a store.")
    status = 422


class HeadquartersStay(DomainError):
    code = "nodes.headquarters_stay"
    message = gettext_noop("The headquarters cannot be deactivated or moved.")
    status = 409


class NodeHasActiveChildren(DomainError):
    code = "nodes.active_children"
    message = gettext_noop("Deactivate what stands below first: %(names)s.")
    status = 409


class ParentInactive(DomainError):
    code = "nodes.parent_inactive"
    message = gettext_noop("%(name)s is inactive. Activate it first.")
    status = 409
