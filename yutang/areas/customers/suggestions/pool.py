"""The people of today as the matcher compares them, read from the pool; and the pairs that are settled already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from django.db.models import Q

from yutang.areas.customers import forest
from yutang.areas.customers.models import Identity, Merge, ReviewCase
from yutang.areas.customers.suggestions import fields, names
from yutang.core import crypto
from yutang.lake import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PEOPLE = """
SELECT c.id, c.name, c.gender, c.birthday, coalesce(nullif(c.province, ''), n.province) AS province,
    coalesce(nullif(c.city, ''), n.city) AS city, c.district, encode(c.address, 'hex') AS address,
    n.id::text AS store
FROM customers_customer c
LEFT JOIN merchants_orgnode n ON n.id = c.home_node_id AND n.kind = 'store'
WHERE c.merged_into_id IS NULL ORDER BY c.id
"""
_PEOPLE_SCHEMA = pa.schema(
    [("id", pa.int64()), ("name", pa.string()), ("gender", pa.string()), ("birthday", pa.date32())]
    + [(name, pa.string()) for name in ("province", "city", "district", "address", "store")]
)
# The first of each kind: the account somebody is best known by.
_KEYS = """
SELECT DISTINCT ON (customer_id) customer_id AS id, encode(coalesce(value_encrypted, key), 'hex') AS value
FROM customers_identity WHERE kind = %(kind)s ORDER BY customer_id, is_shared, id
"""
_KEYS_SCHEMA = pa.schema([("id", pa.int64()), ("value", pa.string())])
BOUGHT = pa.schema([("id", pa.int64()), ("bought", pa.list_(pa.string()))])

_bought: list[Callable[[], pa.Table]] = []


def provide_bought(provider: Callable[[], pa.Table]) -> None:
    """The area that knows purchases says what each person buys most: a table `BOUGHT`."""
    _bought[:] = [provider]


def people(merchant_id: int) -> pa.Table:
    """Everybody of the merchant in scope who was not merged into somebody else, as `fields.PEOPLE`."""
    read = source.read(_PEOPLE, {}, _PEOPLE_SCHEMA)
    ids = np.asarray(read["id"])
    columns = {name: read[name] for name in read.column_names} | {
        **names.columns(read["name"].fill_null("").to_pylist()),
        "address": _decrypted(read["address"], merchant_id),
        "phone": _spread(ids, _keys("phone", merchant_id)),
        "email": _spread(ids, _keys("email", merchant_id)),
        "exclusive": _spread(ids, source.read(_KEYS, {"kind": Identity.Kind.UNIONID}, _KEYS_SCHEMA)),
        "bought": _spread(ids, _bought[0]() if _bought else BOUGHT.empty_table()),
    }
    return pa.table([columns[field.name] for field in fields.PEOPLE], schema=fields.PEOPLE)


def settled() -> pa.Table:
    """Pairs (l < r, people of today) that are not to be proposed: asked about in any review case, whatever the answer,
    or united once and taken apart again. Whom a merge has joined since keeps what was said about its parts."""
    pairs = [
        (one, other)
        for people in ReviewCase.objects.values_list("customers", flat=True).iterator()
        for one in people
        for other in people
        if one < other
    ]
    apart = Merge.objects.filter(Q(unmerged_at__isnull=False) | Q(kept_apart=True))
    pairs += apart.values_list("survivor_home_id", "absorbed_home_id")
    return _of_today(pairs)


def _of_today(pairs: Iterable[tuple[int, int]]) -> pa.Table:
    found = list(pairs)
    roots = forest.roots({person for pair in found for person in pair})
    today = {
        (min(roots[one], roots[other]), max(roots[one], roots[other]))
        for one, other in found
        if one in roots and other in roots and roots[one] != roots[other]
    }
    return pa.table(
        {"l": pa.array([one for one, _ in today], pa.int64()), "r": pa.array([other for _, other in today], pa.int64())}
    )


def _keys(kind: str, merchant_id: int) -> pa.Table:
    read = source.read(_KEYS, {"kind": kind}, _KEYS_SCHEMA)
    return pa.table({"id": read["id"], "value": _decrypted(read["value"], merchant_id)})


def _decrypted(values: pa.ChunkedArray, merchant_id: int) -> pa.Array:
    return pa.array(
        [None if text is None else crypto.decrypt(bytes.fromhex(text), merchant_id) for text in values.to_pylist()],
        pa.string(),
    )


def _spread(ids: np.ndarray, found: pa.Table) -> pa.ChunkedArray:
    """Values at the places of their people; null for everybody else. `ids` ascend."""
    owners = np.asarray(found["id"], dtype=np.int64)
    order = np.argsort(owners, kind="stable")
    if not len(owners):
        return pa.nulls(len(ids), found.column(1).type)
    at = np.searchsorted(owners[order], ids).clip(max=len(owners) - 1)
    place = order[at]
    return found.column(1).take(pa.array(place, mask=owners[place] != ids))
