"""Products saved before search knew two initials in the middle of a name (rules.search_text) are found by them too."""

from django.db import migrations

from yutang.areas.catalog import rules
from yutang.core import tenancy

AT_ONCE = 500


def widen(apps, schema_editor):
    """A transaction for each batch: broken off, it goes on with what is left."""
    for merchant_id in apps.get_model("merchants", "Merchant").objects.order_by("pk").values_list("pk", flat=True):
        last = 0
        while last is not None:
            with tenancy.scope(merchant_id):
                last = _batch(apps.get_model("catalog", "Product"), apps.get_model("catalog", "ProductGram"), last)


def _batch(products, grams, after):
    """Widens the next products; the last one's number, None after the last batch."""
    rows = list(
        products.objects.select_for_update(of=("self",)).filter(pk__gt=after).order_by("pk")
        .only("pk", "merchant_id", "name", "search_text")[:AT_ONCE]
    )  # fmt: skip
    changed = [row for row in rows if _widened(row)]
    products.objects.bulk_update(changed, ["search_text"])
    held = set(grams.objects.filter(product__in=changed).values_list("product_id", "gram"))
    grams.objects.bulk_create(
        grams(merchant_id=row.merchant_id, product_id=row.pk, gram=gram)
        for row in changed
        for gram in sorted(rules.grams(row.search_text))
        if (row.pk, gram) not in held
    )
    return rows[-1].pk if len(rows) == AT_ONCE else None


def _widened(row):
    """Only words are added: which codes a product is found by is not asked again."""
    known = set(row.search_text.split())
    new = [word for word in rules.search_text(row.name, "", (), ()).split() if word not in known]
    row.search_text = " ".join([row.search_text, *new]) if new else row.search_text
    return bool(new)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunPython(widen, migrations.RunPython.noop, elidable=True)]
