from __future__ import annotations

from django.urls import path

from yutang.console.settlement import acting, views

urlpatterns = [
    path("settlement", views.overview, name="settlement"),
    path("settlement/stores/<int:node_id>", views.store, name="settlement_store"),
    path("settlement/stores/<int:node_id>/rows", views.rows, name="settlement_rows"),
    path("settlement/stores/<int:node_id>/terms", acting.terms, name="settlement_terms"),
    path("settlement/stores/<int:node_id>/close", acting.close_store, name="settlement_close"),
    path("settlement/suppliers", acting.suppliers, name="settlement_suppliers"),
    path("settlement/suppliers/<int:supplier_id>", views.supplier, name="settlement_supplier"),
    path("settlement/suppliers/<int:supplier_id>/close", acting.close_supplier, name="settlement_close_supplier"),
    path("settlement/statements/<int:statement_id>", views.statement, name="settlement_statement"),
    path("settlement/statements/<int:statement_id>/pay", acting.pay, name="settlement_pay"),
]
