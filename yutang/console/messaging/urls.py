from __future__ import annotations

from django.urls import path

from yutang.console.messaging import person, reminders, views

urlpatterns = [
    path("settings/messages", views.message_list, name="messages"),
    path("settings/messages/account", views.account, name="messages_account"),
    path("settings/reminders", reminders.reminders, name="reminders"),
    path("settings/reminders/today", reminders.today, name="reminders_today"),
    path("customers/<int:customer_id>/notices", person.notices, name="customer_notices"),
]
