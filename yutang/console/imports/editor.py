"""The mapping editor: a form to a mapping and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from yutang.areas.imports import headers
from yutang.areas.imports.mapping import AMOUNTS, REFUNDS, Mapping

if TYPE_CHECKING:
    from django.http import QueryDict

    from yutang.areas.imports.detect import Detection

FIELDS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (_("The order"), {
        "order_no": _("Order number"), "line_key": _("Line or sub-order number"), "status": _("Order status"),
        "ordered_at": _("Ordered at"), "paid_at": _("Paid at"), "shipped_at": _("Shipped at"),
        "completed_at": _("Completed at"), "updated_at": _("Changed at"), "note": _("Buyer's or seller's note"),
    }),
    (_("The goods"), {
        "title": _("Product name"), "spec": _("Variant"), "sku_code": _("SKU code"), "product_code": _("Product code"),
        "quantity": _("Quantity"),
    }),
    (_("The money"), {
        "amount": _("Paid for the line"), "price": _("Price of one piece"), "order_amount": _("Paid for the order"),
        "freight": _("Freight"), "discount": _("Discount"), "refund": _("Refunded for the line"),
        "order_refund": _("Refunded for the order"),
    }),
    (_("The buyer"), {
        "phone": _("Phone"), "email": _("E-mail"), "member_card": _("Member card"), "buyer_id": _("Platform account"),
        "name": _("Buyer's name"), "receiver": _("Receiver's name"), "unionid": _("WeChat UnionID"),
        "openid": _("WeChat OpenID"), "external_userid": _("WeCom customer id"), "oaid": _("OAID"),
        "birthday": _("Birthday"), "country": _("Country"), "province": _("Province"), "city": _("City"),
        "district": _("District"), "address": _("Address"), "accepts_marketing": _("Accepts marketing"),
    }),
    (_("Who sold it"), {
        "store_code": _("Store code"), "shop": _("Shop"), "guide": _("Guide"), "host": _("Live host"),
    }),
)  # fmt: skip
LABELS = {name: label for _group, names in FIELDS for name, label in names.items()}
AMOUNT_LABELS = {
    "amount": _("A column says what was paid for the line"),
    "quantity*price": _("Quantity × price"),
    "order_amount": _("One amount per order, spread over its lines"),
}
REFUND_LABELS = {
    "none": _("No row is a refund of its own"),
    "negative quantity": _("Rows with a negative quantity"),
    "order_no prefix": _("Order numbers that begin with …"),
    "status": _("Rows with this status word …"),
}
NEEDED = {"amount": ("amount",), "quantity*price": ("quantity", "price"), "order_amount": ("order_amount",)}
DATE_FORMATS = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %H:%M")
CONSTANTS = ("status", "shop", "store_code")


@dataclass
class ColumnRow:
    """A column of the file on the left, its field on the right."""

    number: int
    header: str
    samples: list[str]
    field: str


@dataclass
class Editor:
    """What the form shows. `data` is a plain mapping for `Mapping.from_dict`, valid or not yet."""

    columns: list[ColumnRow]
    data: dict[str, Any]
    words: list[tuple[str, str]] = field(default_factory=list)  # (word of the file, our status)

    @property
    def toml(self) -> str:
        """The settings as TOML even while they do not make a mapping yet."""
        return Mapping(**{key: _frozen(value) for key, value in self.data.items()}).to_toml()

    @property
    def status_header(self) -> str | None:
        if "status" in self.data.get("constants", {}):
            return None
        return next((column.header for column in self.columns if column.field == "status"), None)

    @property
    def needed(self) -> list[tuple[Any, bool]]:
        """What no file can do without: (label, whether it is there)."""
        filled = {column.field for column in self.columns} | set(self.data.get("constants", {}))
        amount = NEEDED.get(self.data.get("amount", "amount"), ())
        found = [(LABELS[name], name in filled) for name in ("order_no", "status", *amount)]
        return [
            *found,
            (LABELS["ordered_at"], bool({"ordered_at", "paid_at"} & filled or self.data.get("order_no_date"))),
        ]


def of_mapping(mapping: Mapping, found: Detection) -> Editor:
    data = {
        "name": mapping.name, "columns": {key: list(value) for key, value in mapping.columns.items()},
        "constants": dict(mapping.constants), "defaults": dict(mapping.defaults), "statuses": dict(mapping.statuses),
        "date_formats": list(mapping.date_formats), "timezone": mapping.timezone, "amount": mapping.amount,
        "freight_in_amount": mapping.freight_in_amount, "refunds": mapping.refunds,
        "refund_values": list(mapping.refund_values), "order_no_date": list(mapping.order_no_date),
    }  # fmt: skip
    field_of = {
        headers.key(header): name for name, written in reversed(mapping.columns.items()) for header in reversed(written)
    }
    return Editor(_columns(found, [field_of.get(headers.key(header), "") for header in found.headers]), data)


def of_form(sent: QueryDict, base: Mapping, found: Detection) -> Editor:
    """What the person has set; what the form does not show stays as it is in `base`."""
    chosen = [sent.get(f"field-{number}", "") for number in range(len(found.headers))]
    chosen = [name if name in LABELS else "" for name in chosen]
    editor = of_mapping(base, found)
    editor.columns = _columns(found, chosen)
    columns: dict[str, list[str]] = {}
    for column in editor.columns:
        if column.field:
            columns.setdefault(column.field, []).append(column.header)
    here = {headers.key(header) for header in found.headers}
    for name, written in base.columns.items():  # headers of other files with the same mapping
        if others := [header for header in written if headers.key(header) not in here]:
            columns.setdefault(name, []).extend(others)
    constants = {name: text for name in CONSTANTS if (text := sent.get(f"constant-{name}", "").strip())}
    constants |= {name: text for name, text in base.constants.items() if name not in CONSTANTS}
    statuses = dict(base.statuses)
    for number, word in enumerate(sent.getlist("word")):
        statuses.pop(word, None)
        if (status := sent.get(f"status-{number}", "")) != "":
            statuses[word] = status
    editor.data |= {
        "name": sent.get("name", "").strip()[:120],
        "columns": columns,
        "constants": constants,
        "statuses": statuses,
        "date_formats": _list(sent.get("date_formats", "")),
        "timezone": sent.get("timezone", "").strip(),
        "amount": sent.get("amount", "amount"),
        "freight_in_amount": "freight_in_amount" in sent,
        "refunds": sent.get("refunds", "none"),
        "refund_values": _list(sent.get("refund_values", "")),
    }
    return editor


def with_words(editor: Editor, words: list[tuple[str, str]]) -> Editor:
    """The file's status words with their set or likely meaning; likely ones count until somebody says otherwise."""
    set_before = editor.data["statuses"]
    meant = [(word, str(set_before.get(word, "")) or guess) for word, guess in words]
    statuses = {**set_before, **{word: status for word, status in meant if status}}
    return replace(editor, words=meant, data={**editor.data, "statuses": statuses})


def choices() -> dict[str, Any]:
    """Lists that the form's selects show."""
    return {
        "fields": FIELDS,
        "amounts": [(value, AMOUNT_LABELS[value]) for value in AMOUNTS],
        "refund_modes": [(value, REFUND_LABELS[value]) for value in REFUNDS],
        "date_choices": DATE_FORMATS,
    }


def _columns(found: Detection, chosen: list[str]) -> list[ColumnRow]:
    return [
        ColumnRow(number, header, [veiled(cell) for cell in _samples(found, number)], chosen[number])
        for number, header in enumerate(found.headers)
        if header
    ]


def _samples(found: Detection, number: int) -> list[str]:
    cells = (row[number].strip() for row in found.sample_rows if number < len(row))
    return list(dict.fromkeys(cell[:60] for cell in cells if cell))[:3]


def veiled(cell: str) -> str:
    """A sample without the middle of a phone or the name of an e-mail address."""
    cell = re.sub(r"(1[3-9]\d)\d{4}(\d{4})(?!\d)", r"\1****\2", cell)
    return re.sub(r"([^@\s])[^@\s]*@", r"\1***@", cell)


def _list(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，;；\n]", text) if part.strip()][:20]


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
