"""Addresses of the import of users."""

from __future__ import annotations

from django.urls import path

from federation.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.upload, name="list"),
    path("<int:pk>/", views.preview, name="preview"),
    path("<int:pk>/import/", views.confirm, name="confirm"),
    path("<int:pk>/refused.csv", views.refused, name="refused"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
]
