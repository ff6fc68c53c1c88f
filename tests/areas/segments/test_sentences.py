"""Rules in plain words."""

from __future__ import annotations

import pytest
from django.utils import translation

from yutang.areas.segments.parser import parse
from yutang.areas.segments.registry import REGISTRY
from yutang.areas.segments.sentences import sentence


def said(raw: dict) -> str:
    return sentence(parse(raw, REGISTRY), registry=REGISTRY, currency="CNY")


@pytest.mark.parametrize(
    ("count_of", "number", "english", "chinese"),
    [
        ("order_id", 1, "Bought at least 1 order", "购买不少于 1 笔订单"),
        ("order_id", 2, "Bought at least 2 orders", "购买不少于 2 笔订单"),
        ("occurred_on", 1, "Bought at least 1 day", "购买不少于 1 个不同日期"),
        ("occurred_on", 3, "Bought at least 3 different days", "购买不少于 3 个不同日期"),
        ("product_code", 1, "Bought at least 1 product", "购买不少于 1 种不同商品"),
        (None, 1, "Bought at least 1 row", "购买不少于 1 条明细"),
        (None, 1000, "Bought at least 1,000 rows", "购买不少于 1,000 条明细"),
    ],
)
def test_numbers_and_their_words_agree(count_of, number, english, chinese):
    rule = {"did": "orders.line", "count": {"op": ">=", "value": number}} | ({"count_of": count_of} if count_of else {})
    assert said(rule) == english
    with translation.override("zh-hans"):
        assert said(rule) == chinese


def test_of_two_numbers_the_last_decides():
    rule = {"did": "orders.line", "count": {"op": "between", "value": [0, 1]}, "count_of": "order_id"}
    assert said(rule) == "Bought between 0 – 1 order"


def test_a_source_is_called_by_its_name():
    rule = {"attr": "customers.source", "op": "in", "value": ["taobao", "own-shop"]}
    assert said(rule) == "First source is one of Taobao/Tmall, own-shop"
    with translation.override("zh-hans"):
        assert said(rule) == "首次来源是以下之一淘宝/天猫、own-shop"
