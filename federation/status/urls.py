"""Addresses of the tab Status."""

from __future__ import annotations

from django.urls import path

from federation.status import views

app_name = "status"
urlpatterns = [
    path("", views.gateway_list, name="list"),
    path("<int:pk>/", views.gateway_details, name="details"),
    path("new/", views.new_gateway, name="new"),
    path("open/", views.open_gateway, name="open"),
    path("delete/", views.delete_gateways, name="delete"),
    path("follow/", views.follow, name="follow"),
    path("<int:pk>/secret/", views.replace_secret, name="secret"),
    path("module.zip", views.module, name="module"),
    path("in-force/<int:number>/", views.in_force_fragment, name="in-force"),
]
