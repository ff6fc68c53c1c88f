from __future__ import annotations

from django.urls import path

from yutang.console.inventory import acting, views

urlpatterns = [
    path("stock", views.stock_list, name="stock"),
    path("stock/grid", views.grid, name="stock_grid"),
    path("stock/receive", acting.receive, name="stock_receive"),
    path("stock/<int:stock_item_id>", views.item, name="stock_item"),
    path("stock/<int:stock_item_id>/move", acting.move, name="stock_move"),
]
