from __future__ import annotations

from django.urls import path

from yutang.console.audit import views

urlpatterns = [
    path("audit", views.entry_list, name="audit"),
    path("audit/<int:entry_id>", views.entry, name="audit_entry"),
]
