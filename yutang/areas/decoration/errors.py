from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class BadBlock(DomainError):
    """`params`: reason, and `errors`: name of the field → reason. Something in a block cannot be used."""

    code = "decoration.bad_block"
    message = gettext_noop("%(reason)s")
    status = 422


class NoSuchBlock(DomainError):
    code = "decoration.no_such_block"
    message = gettext_noop("This block is gone. Somebody may have deleted it.")
    status = 404


class TooManyBlocks(DomainError):
    """`params`: most."""

    code = "decoration.too_many_blocks"
    message = gettext_noop("A page has at most %(most)s blocks.")
    status = 422


class DraftChanged(DomainError):
    """`params`: name, time. The draft is newer than what was worked on."""

    code = "decoration.draft_changed"
    message = gettext_noop("%(name)s changed this page at %(time)s. Your last change was not saved: load theirs first.")
    status = 409


class NotReady(DomainError):
    """`params`: problems, how many; `first`, the first of them."""

    code = "decoration.not_ready"
    message = gettext_noop("%(problems)s things are missing. The first: %(first)s")
    status = 409


class AddressTaken(DomainError):
    """`params`: slug."""

    code = "decoration.address_taken"
    message = gettext_noop("Another page has the address “%(slug)s”.")
    status = 409


class BadAddress(DomainError):
    code = "decoration.bad_address"
    message = gettext_noop("Write 1 to 60 small letters, digits and hyphens, with a letter among them.")
    status = 422


class VariantExists(DomainError):
    code = "decoration.variant_exists"
    message = gettext_noop("The page has a version for this segment already.")
    status = 409


class TooManyVariants(DomainError):
    """`params`: most."""

    code = "decoration.too_many_variants"
    message = gettext_noop("A page is made for at most %(most)s segments.")
    status = 422


class BadPeriod(DomainError):
    code = "decoration.bad_period"
    message = gettext_noop("The end must lie after the beginning, and in the future.")
    status = 422


class HomeStays(DomainError):
    code = "decoration.home_stays"
    message = gettext_noop("The home page cannot be deleted. Take it down, and the shop shows its own list again.")
    status = 409


class GeneralStays(DomainError):
    code = "decoration.general_stays"
    message = gettext_noop("The page for everybody stays. Take it down instead.")
    status = 409
