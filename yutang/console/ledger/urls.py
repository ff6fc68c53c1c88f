from __future__ import annotations

from django.urls import path

from yutang.console.ledger import auditing, views

urlpatterns = [
    path("ledger", views.trial, name="ledger"),
    path("ledger/months", views.months, name="ledger_months"),
    path("ledger/postings", views.postings, name="ledger_postings"),
    path("ledger/entries/<int:ledger_entry_id>", views.entry, name="ledger_entry"),
    path("ledger/audits", auditing.runs, name="ledger_audits"),
]
