"""What sold best."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import decoration as made
from tests.factories.shop import paid, stocked
from yutang.areas.catalog import services as catalog
from yutang.areas.decoration import queries, ranking
from yutang.areas.decoration.models import BestSeller
from yutang.areas.decoration.needs import Viewer
from yutang.areas.orders import selling
from yutang.core import clock


def test_pieces_of_all_orders_decide(merchant, actor):
    few, many, gone = stocked(20), stocked(20), stocked(20)
    for sku, pieces in ((few, 1), (many, 3), (gone, 9), (few, 1)):
        paid((sku, pieces))
    since = clock.now() - timedelta(days=1)
    assert selling.best_selling(since, 10) == [(gone.product_id, 9), (many.product_id, 3), (few.product_id, 2)]
    assert selling.best_selling(clock.now(), 10) == []
    assert ranking.rank() == 3
    catalog.set_state(product_ids=[gone.product_id], state="off_sale", actor=actor)
    made.published(made.home(), made.block("products", source="best", most=2))
    (piece,) = queries.shown("", Viewer(clock.now())).pieces
    assert [item.product.pk for item in piece.data] == [many.product_id, few.product_id]
    ranking.rank()
    assert list(BestSeller.objects.order_by("place").values_list("place", "pieces")) == [(1, 9), (2, 3), (3, 2)]
