"""Addresses of the frame itself."""

from __future__ import annotations

from django.urls import path

from controlpanel.shell import views

app_name = "shell"
urlpatterns = [path("preferences/", views.preferences, name="preferences")]
