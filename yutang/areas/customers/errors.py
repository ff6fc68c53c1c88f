from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError, Invalid


class SamePerson(DomainError):
    code = "customers.same_person"
    message = gettext_noop("These two are the same person already.")
    status = 409


class AlreadyMerged(DomainError):
    code = "customers.already_merged"
    message = gettext_noop("Customer %(customer)s is already part of another person.")
    status = 409


class AlreadyUnmerged(DomainError):
    code = "customers.already_unmerged"
    message = gettext_noop("This merge was undone on %(at)s.")
    status = 409


class NothingToSplit(DomainError):
    code = "customers.nothing_to_split"
    message = gettext_noop("Choose some, but not all, accounts of one person.")
    status = 409


class CaseDecided(DomainError):
    code = "customers.case_decided"
    message = gettext_noop("%(by)s has decided this case already.")
    status = 409


class PersonErased(DomainError):
    code = "customers.erased"
    message = gettext_noop("The personal data of customer %(customer)s was erased on %(at)s; this cannot be undone.")
    status = 409


class AccountErased(DomainError):
    code = "customers.account_erased"
    message = gettext_noop("This account was erased on %(at)s; what happened before that day is not taken in.")
    status = 409


class BadAddress(Invalid):
    """`params`: errors, all that is wrong as {field: reason}; `field` is the first of them."""

    code = "customers.bad_address"


class AddressBookFull(DomainError):
    """`params`: most."""

    code = "customers.address_book_full"
    message = gettext_noop("At most %(most)s addresses; delete one first.")
    status = 409
