"""Provinces, cities and districts of China, as pages of the shop offer them: vendor/regions.json, which tools/vendor.py
makes of the package named in package.json."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings

Tree = dict[str, dict[str, list[str]]]  # province → city → districts, by their full names


@lru_cache(maxsize=1)
def tree() -> Tree:
    """A municipality is a province and its own only city; a county directly under its province is a city and its own
    only district."""
    found: Tree = json.loads((Path(settings.STATIC_ROOT) / "vendor" / "regions.json").read_text(encoding="utf-8"))
    return found


def place_of(province: str, city: str) -> tuple[str, str] | None:
    """The full names of a city as people write it ("浙江", "杭州"); None when it is none, or several."""
    found = [
        (full, name)
        for full, cities in tree().items()
        if full.startswith(province)
        for name in cities
        if name.startswith(city or province)
    ]
    return found[0] if len(found) == 1 and (city or province) else None


def wrong_part(province: str, city: str, district: str) -> str:
    """The first of "province", "city", "district" that does not belong to the one above; "" when all do."""
    cities = tree().get(province)
    if cities is None:
        return "province"
    districts = cities.get(city)
    if districts is None:
        return "city"
    return "" if district in districts else "district"
