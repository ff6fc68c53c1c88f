from __future__ import annotations

from django.urls import path

from yutang.console.relations import many, person

urlpatterns = [
    path("customers/guide", many.assign, name="customers_guide"),
    path("customers/<int:customer_id>/roles", person.give_role, name="customer_role"),
    path("customers/<int:customer_id>/roles/take", person.take_role, name="customer_role_take"),
    path("customers/<int:customer_id>/bringer", person.bring, name="customer_bringer"),
    path("customers/<int:customer_id>/bringer/forget", person.forget_bringer, name="customer_bringer_forget"),
    path("customers/<int:customer_id>/guide", person.assign, name="customer_guide"),
    path("customers/<int:customer_id>/guide/release", person.release, name="customer_guide_release"),
]
