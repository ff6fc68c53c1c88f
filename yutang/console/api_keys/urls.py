from __future__ import annotations

from django.urls import path

from yutang.console.api_keys import views

urlpatterns = [
    path("settings/api-keys", views.key_list, name="api_keys"),
    path("settings/api-keys/new", views.create, name="api_key_create"),
    path("settings/api-keys/<int:key_id>/revoke", views.revoke, name="api_key_revoke"),
]
