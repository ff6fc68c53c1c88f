from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class CodeTaken(DomainError):
    """`params`: code. A product's or SKU's number belongs to another one."""

    code = "catalog.code_taken"
    message = gettext_noop("%(code)s is the code of another product or SKU.")
    status = 409


class NothingToSell(DomainError):
    code = "catalog.nothing_to_sell"
    message = gettext_noop("A product on sale needs at least one SKU that is switched on.")
    status = 409


class BadSpecification(DomainError):
    """`params`: values. A SKU whose values are not one of each specification."""

    code = "catalog.bad_specification"
    message = gettext_noop("%(values)s: give one value of each specification, each combination once.")
    status = 422


class NotDelivered(DomainError):
    """`params`: title, province."""

    code = "catalog.not_delivered"
    message = gettext_noop("%(title)s is not sent to %(province)s.")
    status = 409


class BadPrice(DomainError):
    """`params`: code of the SKU."""

    code = "catalog.bad_price"
    message = gettext_noop("%(code)s: prices and weight are not negative, and the list price is not below the price.")
    status = 422


class TooMany(DomainError):
    """`params`: most."""

    code = "catalog.too_many"
    message = gettext_noop("At most %(most)s.")
    status = 422


class BadFreight(DomainError):
    code = "catalog.bad_freight"
    message = gettext_noop("Fees are not negative, amounts above zero, and each region stands in one row only.")
    status = 422


class NoSuchCategory(DomainError):
    code = "catalog.no_such_category"
    message = gettext_noop("There is no such category.")
    status = 422


class NoSuchFreightTemplate(DomainError):
    code = "catalog.no_such_freight_template"
    message = gettext_noop("There is no such freight template.")
    status = 422


class NameTaken(DomainError):
    """`params`: name."""

    code = "catalog.name_taken"
    message = gettext_noop("%(name)s exists already.")
    status = 409


class CategoryTooDeep(DomainError):
    """`params`: most."""

    code = "catalog.category_too_deep"
    message = gettext_noop("Categories have at most %(most)s levels, and none stands below itself.")
    status = 422


class CategoryInUse(DomainError):
    code = "catalog.category_in_use"
    message = gettext_noop("The category still holds products or other categories. Move them first.")
    status = 409


class FreightInUse(DomainError):
    code = "catalog.freight_in_use"
    message = gettext_noop("Products still use this freight template.")
    status = 409


class PictureTypeRefused(DomainError):
    code = "catalog.picture_type"
    message = gettext_noop("Only JPEG, PNG, WebP and GIF pictures are taken.")
    status = 422


class VectorPictureRefused(DomainError):
    code = "catalog.picture_vector"
    message = gettext_noop("SVG pictures can carry scripts and are not taken. Save it as PNG.")
    status = 422


class PictureTooLarge(DomainError):
    """`params`: megabytes, megapixels."""

    code = "catalog.picture_too_large"
    message = gettext_noop("A picture has at most %(megabytes)s MB and %(megapixels)s megapixels.")
    status = 422


class PictureCorrupt(DomainError):
    code = "catalog.picture_corrupt"
    message = gettext_noop("The picture is damaged or incomplete.")
    status = 422


class AlreadyReviewed(DomainError):
    code = "reviews.already"
    message = gettext_noop("This purchase has a review already.")
    status = 409


class BadReview(DomainError):
    """`params`: most."""

    code = "reviews.bad"
    message = gettext_noop("Give one to five stars, and at most %(most)s characters and nine pictures.")
    status = 422
