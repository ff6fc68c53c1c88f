from __future__ import annotations

from django.urls import path

from yutang.console.segments import views

urlpatterns = [
    path("segments", views.segment_list, name="segments"),
    path("segments/new", views.create, name="segment_new"),
    path("segments/preview", views.preview, name="segment_preview"),
    path("segments/reach", views.reach, name="segment_reach"),
    path("segments/people", views.people, name="segment_people"),
    path("segments/charts", views.charts, name="segment_charts"),
    path("segments/values", views.values, name="segment_values"),
    path("segments/<int:segment_id>", views.detail, name="segment"),
    path("segments/<int:segment_id>/edit", views.edit, name="segment_edit"),
    path("segments/<int:segment_id>/refresh", views.refresh, name="segment_refresh"),
    path("segments/<int:segment_id>/schedule", views.schedule, name="segment_schedule"),
    path("segments/<int:segment_id>/overlap", views.overlap, name="segment_overlap"),
    path("segments/<int:segment_id>/compare", views.compare, name="segment_compare"),
    path("segments/<int:segment_id>/export", views.export, name="segment_export"),
    path("segments/<int:segment_id>/delete", views.archive, name="segment_archive"),
]
