from __future__ import annotations

from django.urls import path

from yutang.console.orders import acting, changing, invoicing, local, printing, refunding, setting, shipping, views

urlpatterns = [
    path("orders", views.order_list, name="orders"),
    path("orders/print", printing.papers, name="orders_print"),
    path("orders/shipping", shipping.shipping, name="shipping"),
    path("orders/shipping/export", shipping.export, name="shipping_export"),
    path("orders/shipping/<int:shipment_run_id>", shipping.run, name="shipment_run"),
    path("orders/shipping/<int:shipment_run_id>/start", shipping.start, name="shipment_run_start"),
    path("orders/shipping/<int:shipment_run_id>/problems", shipping.problems, name="shipment_run_problems"),
    path("orders/invoices", invoicing.invoice_list, name="invoices"),
    path("orders/invoices/export", invoicing.export, name="invoices_export"),
    path("orders/settings", setting.settings, name="order_settings"),
    path("orders/local", local.stores, name="local_delivery"),
    path("orders/local/<int:node_id>", local.store, name="local_store"),
    path("orders/<int:order_id>", views.order, name="order"),
    path("orders/<int:order_id>/note", acting.add_note, name="order_note"),
    path("orders/<int:shop_order_id>/ship", acting.ship, name="order_ship"),
    path("orders/<int:shop_order_id>/delivered", local.delivered, name="order_delivered"),
    path("orders/<int:shop_order_id>/close", acting.close, name="order_close"),
    path("orders/<int:shop_order_id>/recipient", acting.recipient, name="order_recipient"),
    path("orders/<int:shop_order_id>/price", changing.price, name="order_price"),
    path("orders/<int:shop_order_id>/address", changing.address, name="order_address"),
    path("orders/<int:shop_order_id>/parcels/<int:parcel_id>", changing.parcel, name="order_parcel"),
    path("orders/<int:shop_order_id>/invoice", invoicing.invoice, name="order_invoice"),
    path("orders/<int:shop_order_id>/refund", refunding.refund, name="order_refund"),
]
