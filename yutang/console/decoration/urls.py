from __future__ import annotations

from django.urls import path

from yutang.console.decoration import editor, versions, views

urlpatterns = [
    path("pages", views.page_list, name="shop_pages"),
    path("pages/home", views.home, name="shop_page_home"),
    path("pages/new", views.create, name="shop_page_new"),
    path("pages/products", editor.products, name="shop_page_products"),
    path("pages/<int:page_id>", views.edit, name="shop_page"),
    path("pages/<int:page_id>/delete", views.delete, name="shop_page_delete"),
    path("pages/<int:page_id>/segments", views.add_variant, name="page_variant_new"),
    path("pages/variants/<int:variant_id>", editor.editor, name="page_variant"),
    path("pages/variants/<int:variant_id>/change", editor.change, name="page_change"),
    path("pages/variants/<int:variant_id>/blocks/<slug:block_id>", editor.block, name="page_block"),
    path("pages/variants/<int:variant_id>/publish", editor.publish, name="page_publish"),
    path("pages/variants/<int:variant_id>/move", views.move_variant, name="page_variant_move"),
    path("pages/variants/<int:variant_id>/remove", views.remove_variant, name="page_variant_remove"),
    path("pages/variants/<int:variant_id>/versions", versions.version_list, name="page_versions"),
    path("pages/variants/<int:variant_id>/down", versions.take_down, name="page_take_down"),
    path("pages/versions/<int:version_id>/again", versions.again, name="page_version_again"),
    path("pages/versions/<int:version_id>/draft", versions.to_draft, name="page_version_draft"),
    path("pages/versions/<int:version_id>/withdraw", versions.withdraw, name="page_version_withdraw"),
]
