"""Products, what of them is sold, and how they are shown and sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Category(TenantModel):
    """A tree of at most three levels, as shoppers browse it."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children", db_index=False)
    name = models.CharField(max_length=60)
    position = models.IntegerField(default=0)
    is_visible = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "parent", "name"], name="category_name_unique", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["merchant", "parent", "position"], name="category_children")]

    def __str__(self) -> str:
        return self.name


class FreightTemplate(TenantModel):
    """How sending costs are computed: the first so much, then each further so much, by region."""

    class Basis(models.TextChoices):
        PIECES = "pieces", _("By pieces")
        WEIGHT = "weight", _("By weight")

    name = models.CharField(max_length=60)
    basis = models.CharField(max_length=8, choices=Basis, default=Basis.WEIGHT)
    is_default = models.BooleanField(default=False)  # for products that name none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], name="freight_template_name"),
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(is_default=True), name="freight_template_one_default"
            ),
        ]


class FreightRule(TenantModel):
    """One row of a template. Without `provinces` it is for every region that no other row names."""

    template = models.ForeignKey(FreightTemplate, on_delete=models.CASCADE, related_name="rules", db_index=False)
    provinces = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_served = models.BooleanField(default=True)  # False: nothing is sent there
    first = models.IntegerField(default=1)  # pieces, or grams
    first_fee = models.BigIntegerField(default=0)  # minor units
    further = models.IntegerField(default=1)
    further_fee = models.BigIntegerField(default=0)
    free_from = models.BigIntegerField(null=True)  # goods for so much are sent free of charge
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "template", "position"], name="freight_rule_position"),
            models.CheckConstraint(
                condition=Q(first__gt=0, further__gt=0, first_fee__gte=0, further_fee__gte=0), name="freight_rule_sane"
            ),
        ]


class Product(TenantModel):
    """What one page of the shop shows; its SKUs are what is sold."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("Physical goods")
        SERVICE = "service", _("Service or appointment")
        VIRTUAL = "virtual", _("Virtual code")
        GIFT_CARD = "gift_card", _("Gift card")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ON_SALE = "on_sale", _("On sale")
        OFF_SALE = "off_sale", _("Off sale")
        REMOVED = "removed", _("Recycle bin")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GOODS)
    code = models.CharField(max_length=80)  # the brand's own number; facts and imports know products by it
    name = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True)  # name, subtitle, codes, tags and pinyin, as search reads them
    description = models.TextField(blank=True)  # HTML, cleaned
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    # [{"name": "尺寸", "values": ["6寸", "8寸"]}], empty for a product without choices
    specifications = models.JSONField(default=list)
    freight_template = models.ForeignKey(
        FreightTemplate, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_delivered = models.BooleanField(default=True)  # may be sent by post
    is_picked_up = models.BooleanField(default=True)  # may be fetched at a store
    promises = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # PROMISES in rules.py
    # Who may buy it: member levels by their keys, holders of a card that opens such goods. Neither: everybody.
    only_levels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    only_cards = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    position = models.IntegerField(default=0)  # higher comes first
    lowest_price = models.BigIntegerField(default=0)  # of its active SKUs; cached for lists
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "code"], name="product_code_unique")]
        indexes = [
            models.Index(fields=["merchant", "state", "-position", "-id"], name="product_list"),
            models.Index(fields=["merchant", "category", "-position", "-id"], name="product_by_category"),
            models.Index(fields=["merchant", "-id"], name="product_newest"),
            models.Index(fields=["merchant", "-updated_at", "-id"], name="product_changed"),
            models.Index(fields=["merchant", "state"], condition=~Q(only_levels=[]), name="product_of_levels"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_exclusive(self) -> bool:
        return bool(self.only_levels) or self.only_cards


class ProductGram(TenantModel):
    """A piece of a product's search text (rules.grams): the index of the search. Under row-level security PostgreSQL's
    own text indexes are of no use (docs/decisions/0027)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="grams", db_index=False)
    gram = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "gram", "product"], name="product_gram_once")]
        indexes = [models.Index(fields=["product"], name="gram_of_product")]


class Sku(TenantModel):
    """What is sold: one combination of specification values. Amounts in minor units of the merchant's currency."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus", db_index=False)
    code = models.CharField(max_length=80)
    barcode = models.CharField(max_length=40, blank=True)
    values = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # in the product's order
    price = models.BigIntegerField()
    list_price = models.BigIntegerField(null=True)  # struck through beside the price
    cost = models.BigIntegerField(null=True)
    weight = models.IntegerField(default=0)  # grams, packed
    is_active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="sku_code_unique"),
            models.UniqueConstraint(
                fields=["merchant", "product", "values"], condition=Q(is_active=True), name="sku_values_unique"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="sku_price_not_negative"),
            models.CheckConstraint(
                condition=Q(list_price__isnull=True) | Q(list_price__gte=F("price")), name="sku_list_price_above"
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="sku_weight_not_negative"),
        ]
        indexes = [
            models.Index(fields=["merchant", "barcode"], condition=~Q(barcode=""), name="sku_by_barcode"),
            models.Index(fields=["product", "position"], name="sku_of_product"),
        ]

    @property
    def spec(self) -> str:
        return " / ".join(self.values)


class LevelPrice(TenantModel):
    """What people of a member level pay for a SKU. `level` is the level's key; membership says who has which."""

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="level_prices", db_index=False)
    level = models.CharField(max_length=40)
    price = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku", "level"], name="level_price_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="level_price_not_negative"),
        ]


class Picture(TenantModel):
    """A picture of a product, or of one of its SKUs. The files (several widths, WebP) lie under the content's hash."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)  # SHA-256 of what was uploaded
    width = models.IntegerField()
    height = models.IntegerField()
    alt = models.CharField(max_length=120, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["product", "position"], name="picture_of_product")]


class RegionRule(TenantModel):
    """Which regions see a product, or all of a category: only these, or all but these."""

    class Effect(models.TextChoices):
        ONLY = "only", _("Only in these regions")
        EXCEPT = "except", _("Everywhere but in these regions")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    effect = models.CharField(max_length=6, choices=Effect)
    provinces = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, category__isnull=True)
                | Q(product__isnull=True, category__isnull=False),
                name="region_rule_names_one",
            ),
            models.UniqueConstraint(
                fields=["merchant", "product", "category"], name="region_rule_once", nulls_distinct=False
            ),
        ]


class Review(TenantModel):
    """What a buyer says of what was bought; one per order item."""

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        HIDDEN = "hidden", _("Hidden")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_item_id = models.BigIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    rating = models.SmallIntegerField()  # 1 … 5
    text = models.TextField(blank=True)
    pictures = models.JSONField(default=list)  # digests
    is_anonymous = models.BooleanField(default=True)
    state = models.CharField(max_length=6, choices=State, default=State.SHOWN)
    reply = models.TextField(blank=True)
    replied_by = models.CharField(max_length=200, blank=True)
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "order_item_id"], name="review_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating"),
        ]
        indexes = [
            models.Index(fields=["merchant", "product", "state", "-id"], name="review_of_product"),
            models.Index(fields=["merchant", "-id"], name="review_newest"),
            models.Index(fields=["merchant", "customer"], name="review_by_customer"),
        ]

    @property
    def signature(self) -> str:
        """What others read of the name: its first character; "" for who wants none. `customer` is to be fetched."""
        return "" if self.is_anonymous or not self.customer.name else f"{self.customer.name[0]}**"
