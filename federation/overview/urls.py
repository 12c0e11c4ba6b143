"""The address of Home."""

from __future__ import annotations

from django.urls import path

from federation.overview import views

app_name = "overview"
urlpatterns = [path("", views.home, name="list")]
