"""The list of China's regions that pages offer and addresses are checked by."""

from __future__ import annotations

import pytest

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import regions


def test_the_provinces_are_those_that_rules_and_freight_know():
    assert {catalog.province_name(province) for province in regions.tree()} == set(catalog.PROVINCES)
    assert len(regions.tree()) == len(catalog.PROVINCES)


def test_every_province_has_cities_and_every_city_districts():
    assert all(cities and all(cities.values()) for cities in regions.tree().values())
    named = [(name, city) for cities in regions.tree().values() for city, names in cities.items() for name in names]
    assert not {"市辖区", "县", "省直辖县"} & {name for pair in named for name in pair}
    assert len(named) > 2800


@pytest.mark.parametrize(
    "place",
    [
        ("北京市", "北京市", "朝阳区"), ("上海市", "上海市", "浦东新区"), ("重庆市", "重庆市", "渝北区"),
        ("重庆市", "重庆市", "城口县"), ("浙江省", "杭州市", "临平区"), ("江苏省", "苏州市", "昆山市"),
        ("湖北省", "仙桃市", "仙桃市"), ("海南省", "文昌市", "文昌市"), ("广西壮族自治区", "南宁市", "青秀区"),
        ("新疆维吾尔自治区", "石河子市", "石河子市"), ("香港特别行政区", "九龙", "油尖旺区"),
    ],
)  # fmt: skip
def test_places_as_they_are_written(place):
    assert regions.wrong_part(*place) == ""


def test_the_part_that_does_not_belong_is_named():
    assert regions.wrong_part("浙江", "杭州市", "西湖区") == "province"
    assert regions.wrong_part("江苏省", "杭州市", "西湖区") == "city"
    assert regions.wrong_part("浙江省", "宁波市", "西湖区") == "district"
