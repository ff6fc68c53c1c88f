from __future__ import annotations

from django.urls import path

from yutang.console.settings import views

urlpatterns = [
    path("settings", views.overview, name="settings"),
    path("settings/organisation", views.tree, name="settings_tree"),
    path("settings/organisation/<int:node_id>", views.node, name="settings_node"),
    path("settings/organisation/<int:node_id>/add", views.add_node, name="settings_node_add"),
    path("settings/organisation/<int:node_id>/hours", views.set_hours, name="settings_node_hours"),
    path("settings/organisation/<int:node_id>/activate", views.activate, name="settings_node_activate"),
    path("settings/organisation/<int:node_id>/deactivate", views.deactivate, name="settings_node_deactivate"),
]
