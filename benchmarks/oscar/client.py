"""One buyer after the other through django-oscar's basket and checkout services:
`python -m benchmarks.oscar.client SECONDS`; says when it is ready, begins when told to, prints how many orders."""

from __future__ import annotations

import sys
import time
import uuid
from decimal import Decimal

import django

django.setup()

from django.db import transaction  # noqa: E402
from oscar.apps.checkout.calculators import OrderTotalCalculator  # noqa: E402
from oscar.apps.order.utils import OrderCreator  # noqa: E402
from oscar.apps.partner.strategy import Default  # noqa: E402
from oscar.apps.shipping.methods import FixedPrice  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

Basket = get_model("basket", "Basket")
Country = get_model("address", "Country")
Product = get_model("catalogue", "Product")
ShippingAddress = get_model("order", "ShippingAddress")


def main(seconds: float) -> int:
    product, country = Product.objects.get(upc="HOT"), Country.objects.get()
    print("ready", flush=True)
    sys.stdin.readline()
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with transaction.atomic():
            place(product, country)
        done += 1
    return done


def place(product: object, country: object) -> None:
    """A basket of one piece, sent by post, as oscar's checkout views do it."""
    basket = Basket.objects.create()
    basket.strategy = Default()
    basket.add_product(product, 1)
    method = FixedPrice(Decimal("8.00"), Decimal("8.00"))
    charge = method.calculate(basket)
    address = ShippingAddress.objects.create(last_name="王小明", line1="文三路 1 号", line4="杭州市", country=country)
    OrderCreator().place_order(
        basket=basket, total=OrderTotalCalculator().calculate(basket, charge), shipping_method=method,
        shipping_charge=charge, shipping_address=address, order_number=uuid.uuid4().hex, status="Pending",
    )  # fmt: skip
    basket.submit()


if __name__ == "__main__":
    print(main(float(sys.argv[1])))
