"""Products as a table: out and in again changes nothing; bad rows say where and why; a trial takes everything back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import python_calamine
from django.utils import translation

from tests.factories.catalog import make_freight, make_product
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries, services
from yutang.areas.catalog.models import Category, Product, Sku
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.imports import products
from yutang.areas.imports.failures import FileUnreadable
from yutang.core import access, tenancy
from yutang.core.errors import NotAllowed
from yutang.core.models import AuditEntry

HEAD = "商品编码,商品名称,商品分类,规格,规格编码,条码,售价,划线价,重量(克),状态,标签\n"
CAKES = (
    'CAKE,芝士蛋糕,蛋糕 / 生日,尺寸:6寸;口味:原味,C6,690001,88,98,800,出售中,"生日,新品"\n'
    "CAKE,,,尺寸：8寸；口味：原味,C8,690002,¥128.50,,1200,,\n"
    "TEA,红茶,,,T1,,26,,,,\n"
)


def imported(text: str, tmp_path: Path, actor, *, is_trial=False, encoding="utf-8") -> products.Report:
    path = tmp_path / "products.csv"
    path.write_bytes(text.encode(encoding))
    return products.run(path=path, name="products.csv", currency="CNY", is_trial=is_trial, actor=actor)


def counts(report: products.Report) -> tuple[int, ...]:
    return (report.rows, report.new, report.changed, report.unchanged, report.rejected, report.categories_new)


def test_new_products_and_the_same_again(merchant, actor, tmp_path):
    assert counts(imported(HEAD + CAKES, tmp_path, actor)) == (3, 2, 0, 0, 0, 2)
    cake = Product.objects.get(code="CAKE")
    assert (cake.name, cake.state, cake.tags, cake.lowest_price) == ("芝士蛋糕", "on_sale", ["生日", "新品"], 8800)
    assert cake.specifications == [{"name": "尺寸", "values": ["6寸", "8寸"]}, {"name": "口味", "values": ["原味"]}]
    assert [branch.label for branch in queries.categories() if branch.pk == cake.category_id] == ["蛋糕 / 生日"]
    assert list(cake.skus.order_by("position").values_list("code", "values", "barcode", "price", "list_price")) == [
        ("C6", ["6寸", "原味"], "690001", 8800, 9800), ("C8", ["8寸", "原味"], "690002", 12850, None),
    ]  # fmt: skip
    assert Product.objects.get(code="TEA").state == "draft"
    before = list(Product.objects.order_by("pk").values())
    assert counts(imported(HEAD + CAKES, tmp_path, actor, encoding="gb18030")) == (3, 0, 0, 2, 0, 0)
    assert list(Product.objects.order_by("pk").values()) == before


def test_what_is_left_out_stays(merchant, actor, tmp_path):
    imported(HEAD + CAKES, tmp_path, actor)
    report = imported("Product code,SKU code,Price\nCAKE,C8,120\n", tmp_path, actor)
    assert counts(report) == (1, 0, 1, 0, 0, 0)
    assert dict(Sku.objects.values_list("code", "price")) == {"C6": 8800, "C8": 12000, "T1": 2600}
    assert Sku.objects.get(code="C6").is_active
    assert Product.objects.get(code="CAKE").tags == ["生日", "新品"]


def test_a_trial_changes_nothing(merchant, actor, tmp_path):
    assert counts(imported(HEAD + CAKES, tmp_path, actor, is_trial=True)) == (3, 2, 0, 0, 0, 2)
    assert not Product.objects.exists()
    assert not Category.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="catalog.").exists()


def test_bad_rows_keep_back_their_product_only(merchant, actor, tmp_path):
    make_product(SkuDraft(code="OTHER", price=1), code="HELD")
    report = imported(
        HEAD
        + "A,Bread,Bad / Path,,A1,,x,,1.5,,\n"
        + "B,,,,B1,,5,,,,\n"
        + ",Nameless,,,N1,,5,,,,\n"
        + "C,Steals,New,,OTHER,,5,,,,\n"
        + "D,Dear,,,D1,,5,4,,,\n"
        + "E,Twice,,,E1,,5,,,,\nE,,,,E1,,6,,,,\n"
        + "F,Half,,Size:1,F1,,5,,,,\nF,,,Taste:a,F2,,5,,,,\n"
        + "G,Good,New,,G1,,5,,,,\n"
        + "H,Fine,,,H1,,5.001,,,sold,\n",
        tmp_path,
        actor,
    )
    assert counts(report) == (11, 1, 0, 0, 8, 1)
    assert [(p.row, p.column, p.reason) for p in report.problems] == [
        (4, "商品编码", "this cell must not be empty"),
        (2, "售价", "this is not an amount"),
        (3, "商品名称", "this cell must not be empty"),
        (5, "规格编码", "OTHER is the code of another product or SKU."),
        (6, "规格编码", "D1: prices and weight are not negative, and the list price is not below the price."),
        (8, "规格编码", "it stands in the file twice"),
        (9, "规格", "Taste is missing"),
        (10, "规格", "Size is missing"),
        (12, "状态", "one of: 草稿, draft, 出售中, on sale, 仓库中, off sale, 回收站, recycle bin"),
        (12, "售价", "this is not an amount"),
    ]
    assert sorted(Product.objects.values_list("code", flat=True)) == ["G", "HELD"]
    assert list(Category.objects.values_list("name", flat=True)) == ["New"]


@pytest.mark.parametrize("column", HEAD.strip().split(","))
def test_a_cell_that_cannot_be_stored_keeps_back_its_product(merchant, actor, tmp_path, column):
    good = ["CAKE", "芝士蛋糕", "蛋糕", "尺寸:6寸", "C6", "690001", "88", "98", "800", "出售中", "生日"]
    bad = [cell + "\x00x" if name == column else cell for name, cell in zip(HEAD.strip().split(","), good, strict=True)]
    report = imported(f"{HEAD}{','.join(bad)}\nTEA,红茶,,,T1,,26,,,,\n", tmp_path, actor)
    assert counts(report) == (2, 1, 0, 0, 1, 0)
    assert [(each.row, each.column, each.reason) for each in report.problems] == [
        (2, column, "a character that cannot be stored")
    ]


def test_a_code_that_is_too_long_keeps_back_its_product(merchant, actor, tmp_path):
    report = imported(f"{HEAD}{'C' * 81},芝士蛋糕,,,C6,,88,,,,\nTEA,红茶,,,T1,,26,,,,\n", tmp_path, actor)
    assert (counts(report), report.problems[0].reason) == ((2, 1, 0, 0, 1, 0), "at most 80 characters")


def test_files_that_are_none(merchant, actor, tmp_path):
    for text, reason in (
        ("", "file.empty"),
        ("a,b\n1,2\n", "file.columns_missing"),
        ("\x00\x01" * 900, "file.not_a_table"),
    ):
        with pytest.raises(FileUnreadable) as refused:
            imported(text, tmp_path, actor)
        assert refused.value.params["reason_code"] == reason
    many = HEAD + "".join(f"P{n},N,,,S{n},,1,,,,\n" for n in range(products.MOST_ROWS + 1))
    with pytest.raises(FileUnreadable):
        imported(many, tmp_path, actor)
    assert not Product.objects.exists()


def test_who_may(merchant, tmp_path):
    guest = access.Actor("user", 1, "Guest", merchant.pk, {"catalog.edit": frozenset({1})})
    with pytest.raises(NotAllowed):
        imported(HEAD + CAKES, tmp_path, guest)


def shelf(actor) -> None:
    category = services.save_category(name="Cakes", actor=actor)
    template = make_freight()
    make_product(
        SkuDraft(code="C6", price=8800, values=("6",), list_price=9900, cost=3000, level_prices={"gold": 8000}),
        SkuDraft(code="C8", price=12800, values=("8",), barcode="0690", is_active=False),
        code="CAKE", name="=cmd|' /C calc'!A0", tags=("a", "b"), specifications={"Size": ["6", "8"]},
        category_id=category.pk, freight_template_id=template.pk, description="<p>Fresh</p>", subtitle="+1",
    )  # fmt: skip
    make_product(code="GIFT", kind="gift_card", is_delivered=False, is_on_sale=False)


def exported(actor, *, is_csv: bool) -> bytes:
    out = io.BytesIO()
    products.export(products=Product.objects.all(), target=out, is_csv=is_csv, currency="CNY", actor=actor)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("is_csv", [True, False])
def test_out_and_in_again(merchant, actor, tmp_path, language, is_csv):
    shelf(actor)
    with translation.override(language):
        path = tmp_path / ("x.csv" if is_csv else "x.xlsx")
        path.write_bytes(exported(actor, is_csv=is_csv))
        report = products.run(path=path, name=path.name, currency="CNY", is_trial=False, actor=actor)
        assert (counts(report), report.problems) == ((3, 0, 0, 2, 0, 0), [])
        other = make_merchant()
        with tenancy.scope(other.pk):
            theirs = access.system(other.pk)
            make_freight()
            template = queries.freight_templates()[0]
            text = path
            report = products.run(path=text, name=path.name, currency="CNY", is_trial=True, actor=theirs)
            assert (report.new, report.rejected) == (1, 1), (report.problems, template.name)


def test_no_cell_is_a_formula(merchant, actor):
    shelf(actor)
    text = exported(actor, is_csv=True).decode("utf-8-sig")
    assert "'=cmd|" in text
    assert ",'+1," in text
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(exported(actor, is_csv=False)))
    sheet = book.get_sheet_by_index(0)
    assert sheet.to_python()[1][1] == "=cmd|' /C calc'!A0"


def test_the_export_asks_by_pages(merchant, actor, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("yutang.areas.imports.products.exporting.PAGE", 2)
    for _ in range(5):
        make_product()
    # categories, templates; four pages, the last one empty; SKUs and their level prices of three; the audit entry
    with django_assert_num_queries(2 + 4 + 3 * 2 + 1):
        exported(actor, is_csv=True)
