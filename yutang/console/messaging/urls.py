from __future__ import annotations

from django.urls import path

from yutang.console.messaging import views

urlpatterns = [
    path("settings/messages", views.message_list, name="messages"),
    path("settings/messages/account", views.account, name="messages_account"),
]
