"""Addresses of the change log."""

from __future__ import annotations

from django.urls import path

from controlpanel.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("<int:pk>/", views.event_details, name="details"),
    path("<int:pk>/members/", views.event_members, name="members"),
]
