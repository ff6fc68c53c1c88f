from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError


class SoldOut(DomainError):
    """`params`: title, available. Somebody else was faster."""

    code = "orders.sold_out"
    message = gettext_noop("%(title)s is sold out: only %(available)s left.")
    status = 409


class NotOnSale(DomainError):
    """`params`: title."""

    code = "orders.not_on_sale"
    message = gettext_noop("%(title)s is no longer on sale.")
    status = 409


class OnlyForMembers(DomainError):
    """`params`: title, whom (names of levels, in the reader's language)."""

    code = "orders.only_for_members"
    message = gettext_noop("%(title)s is for members only: %(whom)s.")
    status = 403


class NotThisWay(DomainError):
    """`params`: title. Goods that are only picked up, or only sent."""

    code = "orders.not_this_way"
    message = gettext_noop("%(title)s cannot be had this way; choose another kind of delivery.")
    status = 409


class PriceChanged(DomainError):
    """`params`: before, now (minor units). The buyer has to see it before paying."""

    code = "orders.price_changed"
    message = gettext_noop("The price has changed meanwhile. Please look at it again.")
    status = 409


class EmptyBasket(DomainError):
    code = "orders.empty_basket"
    message = gettext_noop("There is nothing to order.")
    status = 422


class SlotClosed(DomainError):
    code = "orders.slot_closed"
    message = gettext_noop("The store is not open at this time, or it is over. Choose another time.")
    status = 409


class CartFull(DomainError):
    """`params`: most."""

    code = "orders.cart_full"
    message = gettext_noop("The cart is full: at most %(most)s different products.")
    status = 409


class TooManyInCart(DomainError):
    """`params`: title, most."""

    code = "orders.too_many_in_cart"
    message = gettext_noop("%(title)s: at most %(most)s pieces fit into the cart.")
    status = 409


class TooManyAtOnce(DomainError):
    """`params`: title, most."""

    code = "orders.too_many_at_once"
    message = gettext_noop("%(title)s: at most %(most)s pieces at a time.")
    status = 409


class FewerLeft(DomainError):
    """`params`: title, available."""

    code = "orders.fewer_left"
    message = gettext_noop("%(title)s: only %(available)s left.")
    status = 409


class WrongState(DomainError):
    """`params`: order_no, status."""

    code = "orders.wrong_state"
    message = gettext_noop("Order %(order_no)s is %(status)s: this cannot be done now.")
    status = 409


class TooManyPieces(DomainError):
    """`params`: title, left."""

    code = "orders.too_many_pieces"
    message = gettext_noop("%(title)s: only %(left)s left of this order.")
    status = 409


class PiecesHeld(DomainError):
    """`params`: order_no. Somebody has to decide about them first (holds.py)."""

    code = "orders.pieces_held"
    message = gettext_noop("All pieces that are left of order %(order_no)s wait for an after-sale decision.")
    status = 409


class RefundTooLarge(DomainError):
    """`params`: left (minor units)."""

    code = "orders.refund_too_large"
    message = gettext_noop("More would be refunded than was paid for it.")
    status = 409


class UnknownPickupCode(DomainError):
    code = "orders.unknown_pickup_code"
    message = gettext_noop("There is no order with this pickup code.")
    status = 404


class WrongStore(DomainError):
    """`params`: store. Where the order waits."""

    code = "orders.wrong_store"
    message = gettext_noop("This order is to be picked up at %(store)s.")
    status = 409


class CodeUsed(DomainError):
    """`params`: at."""

    code = "orders.code_used"
    message = gettext_noop("Everything of this order was handed over already (%(at)s).")
    status = 409


class CannotBeReviewed(DomainError):
    """`params`: title. Not received, given back, or sent in exchange."""

    code = "orders.cannot_be_reviewed"
    message = gettext_noop("%(title)s: only what you have received can be reviewed.")
    status = 409


class BasketGone(DomainError):
    """Sold, parked or thrown away at another desk meanwhile."""

    code = "orders.basket_gone"
    message = gettext_noop("This basket is no longer here: it was sold, parked or emptied meanwhile.")
    status = 409


class BasketFull(DomainError):
    """`params`: most."""

    code = "orders.basket_full"
    message = gettext_noop("At most %(most)s different products fit into one sale.")
    status = 409


class BasketInHand(DomainError):
    code = "orders.basket_in_hand"
    message = gettext_noop("There are goods on the counter. Sell or park them first.")
    status = 409


class BuyerNeeded(DomainError):
    """A coupon on paper is redeemed to somebody."""

    code = "orders.buyer_needed"
    message = gettext_noop("A coupon belongs to a person: choose the buyer first (F2), then scan the code again.")
    status = 409


class CodeNeeded(DomainError):
    """Nobody has shown a payment code for this basket, or it was too long ago."""

    code = "orders.code_needed"
    message = gettext_noop("Points and balance pay when the buyer shows a payment code: scan it.")
    status = 409


class DiscountTooLarge(DomainError):
    """`params`: most (percent)."""

    code = "orders.discount_too_large"
    message = gettext_noop("At most %(most)s%% may be taken off at the till.")
    status = 422


class AlreadyExtended(DomainError):
    code = "orders.already_extended"
    message = gettext_noop("More time was given already, once is all.")
    status = 409


class OutOfBounds(DomainError):
    """`params`: least, most."""

    code = "orders.out_of_bounds"
    message = gettext_noop("From %(least)s to %(most)s.")
    status = 422


class PriceTooLow(DomainError):
    """`params`: paid (minor units)."""

    code = "orders.price_too_low"
    message = gettext_noop("The price must be more than what was paid of it already.")
    status = 422


class DearerThere(DomainError):
    code = "orders.dearer_there"
    message = gettext_noop("Sending the order there costs more. Please ask the shop.")
    status = 409


class NotInRegion(DomainError):
    """`params`: titles, province."""

    code = "orders.not_in_region"
    message = gettext_noop("Not offered in %(province)s: %(titles)s. Take it out, or choose another address.")
    status = 409


class NotReached(DomainError):
    """No store brings goods to the address, or the one that was chosen does not any more."""

    code = "orders.not_reached"
    message = gettext_noop("No store brings these goods to this address. Choose another address or another way.")
    status = 409


class TooLittle(DomainError):
    """`params`: least (with its currency)."""

    code = "orders.too_little"
    message = gettext_noop("The store brings orders of %(least)s and more to this address.")
    status = 409


class UnknownDistrict(DomainError):
    """`params`: district."""

    code = "orders.unknown_district"
    message = gettext_noop("%(district)s is not in the list of districts.")
    status = 422


class NoDistrict(DomainError):
    code = "orders.no_district"
    message = gettext_noop("Give at least one district a fee, or buyers cannot choose it.")
    status = 422


class BadInvoice(DomainError):
    """`params`: field_label, reason, errors {field: reason}. What the buyer entered, or of a document."""

    code = "orders.bad_invoice"
    message = gettext_noop("%(field_label)s: %(reason)s")
    status = 422


class CannotBeInvoiced(DomainError):
    """`params`: order_no. Not this order's, closed, or nothing of its money is left."""

    code = "orders.cannot_be_invoiced"
    message = gettext_noop("There is nothing to invoice for order %(order_no)s.")
    status = 409


class InvoiceIssued(DomainError):
    code = "orders.invoice_issued"
    message = gettext_noop("The invoice was issued already. To change it, please ask the shop.")
    status = 409


class ParcelChanged(DomainError):
    """`params`: now, how it goes."""

    code = "orders.parcel_changed"
    message = gettext_noop("Somebody has corrected this parcel meanwhile. Please look at it again.")
    status = 409


class InvoiceChanged(DomainError):
    code = "orders.invoice_changed"
    message = gettext_noop("The buyer or a refund has changed the invoice meanwhile. Please look at it again.")
    status = 409


class InvoiceNumberTaken(DomainError):
    """`params`: number."""

    code = "orders.invoice_number_taken"
    message = gettext_noop("Number %(number)s stands on another invoice already.")
    status = 409
