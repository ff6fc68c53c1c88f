"""Addresses of a brand's shop, all below /s/<slug of the brand>/."""

from __future__ import annotations

from django.urls import path

from yutang.shop import manifest, recording
from yutang.shop.browse import product, views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("seen", recording.seen, name="seen"),
    path("c", views.categories, name="categories"),
    path("c/<int:category_id>", views.category, name="category"),
    path("search", views.search, name="search"),
    path("suggest", views.suggest, name="suggest"),
    path("p/<int:product_id>", product.product, name="product"),
    path("p/<int:product_id>/reviews", product.reviews, name="reviews"),
    path("cart", views.home, name="cart"),
    path("cart/put", views.home, name="cart_put"),
    path("cart/change", views.home, name="cart_change"),
    path("checkout", views.home, name="checkout"),
    path("checkout/place", views.home, name="place"),
    path("pay/<int:order_id>", views.home, name="pay"),
    path("pay/<int:order_id>/start", views.home, name="start_paying"),
    path("pay/<int:order_id>/state", views.home, name="pay_state"),
    path("sandbox/<slug:no>", views.home, name="sandbox"),
    path("orders", views.home, name="orders"),
    path("orders/<int:order_id>", views.home, name="order"),
    path("orders/<int:order_id>/close", views.home, name="close_order"),
    path("orders/<int:order_id>/received", views.home, name="order_received"),
    path("login", views.home, name="login"),
    path("login/code", views.home, name="send_code"),
    path("logout", views.home, name="logout"),
    path("me", views.home, name="me"),
    path("me/addresses", views.home, name="addresses"),
    path("me/addresses/new", views.home, name="create_address"),
    path("me/addresses/<int:address_id>", views.home, name="edit_address"),
    path("me/addresses/<int:address_id>/delete", views.home, name="delete_address"),
]
