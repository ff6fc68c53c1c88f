"""What the demo brand's own shop tells of its last days."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image

from yutang.simulators import brand
from yutang.simulators.brand import pictures, shopping

DAY = date(2026, 10, 31)


def test_the_same_brand_tells_the_same():
    first, again = (shopping.stories(brand.make_brand(scale=0.02, as_of=DAY)) for _ in range(2))
    assert first == again
    assert len({told.person.person_no for told in first}) == len(shopping.STORIES)
    assert len({told.key for told in first}) == len(shopping.STORIES)


def test_a_buyer_takes_another_picture_than_the_shop():
    product = brand.make_brand(scale=0.02, as_of=DAY).products[0]
    taken = [pictures.photo(product, number) for number in (0, 0, 1)]
    assert taken[0] == taken[1]
    assert len({*taken, pictures.draw(product)}) == 3
    assert Image.open(io.BytesIO(taken[0])).format == "JPEG"
