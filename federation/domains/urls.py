"""Addresses of the tab SIP Federated Domains."""

from __future__ import annotations

from django.urls import path

from federation.domains import import_views, views

app_name = "domains"
urlpatterns = [
    path("", views.domain_list, name="list"),
    path("<int:pk>/", views.domain_details, name="details"),
    path("new/allowed/", views.new_allowed, name="new-allowed"),
    path("new/blocked/", views.new_blocked, name="new-blocked"),
    path("open/", views.open_selected, name="open"),
    path("delete/", views.delete_selected, name="delete"),
    path("import/", import_views.import_domains, name="import"),
]
