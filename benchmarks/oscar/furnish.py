"""Makes django-oscar's tables, one product with stock, and a country to send to."""

from __future__ import annotations

import django

django.setup()

from decimal import Decimal  # noqa: E402

from django.core.management import call_command  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    kind = get_model("catalogue", "ProductClass").objects.create(name="Goods", track_stock=True)
    product = get_model("catalogue", "Product").objects.create(product_class=kind, title="Hot", upc="HOT")
    partner = get_model("partner", "Partner").objects.create(name="Us")
    get_model("partner", "StockRecord").objects.create(
        product=product, partner=partner, partner_sku="HOT", price=Decimal("100.00"), num_in_stock=10_000_000
    )
    get_model("address", "Country").objects.create(iso_3166_1_a2="CN", name="China", is_shipping_country=True)


if __name__ == "__main__":
    main()
