from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from yutang.areas.orders.models import SalesChannel
from yutang.core.copying import copy_rows, reserve_ids


def rows(merchant, shops: list[str]) -> pa.Table:
    size = len(shops)
    return pa.table(
        {
            "id": reserve_ids("orders_saleschannel", size),
            "merchant_id": np.full(size, merchant.pk),
            "source": pa.array([str(n) for n in range(size)]),
            "shop": pa.array(shops),
            "created_at": pa.array(["2026-01-01 00:00:00+00"] * size),
        }
    )


def test_reserved_ids_ascend_and_are_never_given_twice(merchant):
    first, second = reserve_ids("orders_saleschannel", 3), reserve_ids("orders_saleschannel", 2)
    assert sorted({*first.tolist(), *second.tolist()}) == [*first.tolist(), *second.tolist()]


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40), max_size=5))
def test_any_text_arrives_as_it_was(django_db_blocker, texts):
    """Quotes, commas, line breaks, backslashes and emoji pass through COPY unharmed."""
    from django.db import transaction

    from tests.factories.merchants import make_merchant
    from yutang.core import tenancy

    with django_db_blocker.unblock(), transaction.atomic():
        merchant = make_merchant()
        with tenancy.scope(merchant.pk):
            copy_rows("orders_saleschannel", rows(merchant, texts))
            stored = SalesChannel.objects.order_by("id").values_list("shop", flat=True)
            assert list(stored) == texts
        transaction.set_rollback(True)


def test_rows_of_another_merchant_are_refused(merchant):
    import pytest
    from django.db import transaction
    from django.db.utils import ProgrammingError

    foreign = rows(merchant, ["x"]).set_column(1, "merchant_id", pa.array([merchant.pk + 1]))
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        copy_rows("orders_saleschannel", foreign)
