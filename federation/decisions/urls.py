"""Addresses of the tab Test access."""

from __future__ import annotations

from django.urls import path

from federation.decisions import views

app_name = "decisions"
urlpatterns = [
    path("", views.test_access, name="list"),
    path("suggest/", views.suggest, name="suggest"),
    path("of-user/", views.of_selected_user, name="of-user"),
    path("of-partner/", views.of_selected_partner, name="of-partner"),
]
