from __future__ import annotations

from django.urls import path

from yutang.console.customers import exporting, interactions, merging, records, views

urlpatterns = [
    path("customers", views.customer_list, name="customers"),
    path("customers/export", exporting.export, name="customers_export"),
    path("customers/<int:customer_id>", views.customer, name="customer"),
    path("customers/<int:customer_id>/orders", views.orders, name="customer_orders"),
    path("customers/<int:customer_id>/interactions", interactions.listing, name="customer_interactions"),
    path("customers/<int:customer_id>/records", records.records, name="customer_records"),
    path("customers/<int:customer_id>/notes", views.add_note, name="customer_note"),
    path("customers/<int:customer_id>/reveal", views.reveal, name="customer_reveal"),
    path("customers/<int:customer_id>/split", merging.split, name="customer_split"),
    path("customers/<int:customer_id>/merge", merging.choose, name="customer_merge"),
    path("customers/<int:customer_id>/merge/<int:other_id>", merging.preview, name="customer_merge_with"),
    path("customers/merges", merging.history, name="merges"),
    path("customers/merges/<int:merge_id>/undo", merging.undo, name="merge_undo"),
]
