"""What a merchant enters to connect an account with another service: checked, sealed, opened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext

from yutang.core import crypto
from yutang.core.errors import Invalid


@dataclass(frozen=True)
class Field:
    """One thing to enter."""

    name: str
    label: str  # English msgid
    is_secret: bool = False
    is_required: bool = True
    is_long: bool = False  # has lines, as keys and certificates have


def entered(fields: Iterable[Field], given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What is to be kept of what somebody typed. A secret left empty stays as it was. Invalid."""
    values = {}
    for field in fields:
        value = given.get(field.name, "").strip()
        values[field.name] = value or (before.get(field.name, "") if field.is_secret else "")
        if field.is_required and not values[field.name]:
            raise Invalid(field=field.name, field_label=gettext(field.label), reason=gettext("Fill this in."))
    return values


def sealed(values: Mapping[str, str], merchant_id: int) -> bytes:
    return crypto.encrypt(json.dumps(dict(values)), merchant_id)


def opened(stored: bytes | memoryview, merchant_id: int) -> dict[str, str]:
    return cast("dict[str, str]", json.loads(crypto.decrypt(stored, merchant_id)))
