"""Addresses of the tab SIP Federated Providers."""

from __future__ import annotations

from django.urls import path

from federation.providers import views

app_name = "providers"
urlpatterns = [
    path("", views.provider_list, name="list"),
    path("<int:pk>/", views.provider_details, name="details"),
    path("new/hosted/", views.new_hosted, name="new-hosted"),
    path("new/public/", views.new_public, name="new-public"),
    path("open/", views.open_selected, name="open"),
    path("delete/", views.delete_selected, name="delete"),
]
