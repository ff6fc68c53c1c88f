from __future__ import annotations

from django.urls import path

from yutang.console.imports import mapping, views

urlpatterns = [
    path("imports", views.run_list, name="imports"),
    path("imports/new", views.upload, name="import_new"),
    path("imports/<int:run_id>", views.run, name="import"),
    path("imports/<int:run_id>/status", views.status, name="import_status"),
    path("imports/<int:run_id>/start", views.start, name="import_start"),
    path("imports/<int:run_id>/cancel", views.cancel, name="import_cancel"),
    path("imports/<int:run_id>/companion", views.companion, name="import_companion"),
    path("imports/<int:run_id>/layout", views.layout, name="import_layout"),
    path("imports/<int:run_id>/rejected.csv", views.rejected, name="import_rejected"),
    path("imports/<int:run_id>/mapping", mapping.edit, name="import_mapping"),
    path("imports/<int:run_id>/mapping/preview", mapping.preview, name="import_mapping_preview"),
    path("imports/<int:run_id>/mapping/toml", mapping.upload_toml, name="import_mapping_upload"),
    path("imports/<int:run_id>/mapping.toml", mapping.download_toml, name="import_mapping_toml"),
]
