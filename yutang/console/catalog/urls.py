from __future__ import annotations

from django.urls import path

from yutang.console.catalog import categories, editing, files, freight, pictures, regions, reviews, views

urlpatterns = [
    path("products", views.product_list, name="products"),
    path("products/bulk", views.bulk, name="products_bulk"),
    path("products/new", editing.create, name="product_new"),
    path("products/preview", editing.preview, name="product_preview"),
    path("products/export", files.export, name="products_export"),
    path("products/import", files.upload, name="products_import"),
    path("products/<int:product_id>", editing.edit, name="product"),
    path("products/<int:product_id>/pictures", pictures.pictures, name="product_pictures"),
    path("products/categories", categories.category_list, name="categories"),
    path("products/categories/<int:category_id>", categories.edit, name="category"),
    path("products/categories/<int:category_id>/delete", categories.delete, name="category_delete"),
    path("products/freight", freight.template_list, name="freight"),
    path("products/freight/new", freight.create, name="freight_new"),
    path("products/freight/<int:template_id>", freight.edit, name="freight_template"),
    path("products/freight/<int:template_id>/delete", freight.delete, name="freight_delete"),
    path("products/regions", regions.rule_list, name="regions"),
    path("products/regions/rule", regions.rule, name="region_rule"),
    path("products/regions/demand", regions.demand, name="region_demand"),
    path("products/reviews", reviews.review_list, name="product_reviews"),
    path("products/reviews/<int:review_id>/reply", reviews.reply, name="review_reply"),
    path("products/reviews/<int:review_id>/show", reviews.show, name="review_show"),
]
