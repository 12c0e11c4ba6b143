"""Addresses of the tab Users."""

from __future__ import annotations

from django.urls import path

from federation.directory import action_views, views

app_name = "directory"
urlpatterns = [
    path("", views.user_list, name="list"),
    path("<int:pk>/", views.user_details, name="details"),
    path("new/", views.new_user, name="new"),
    path("open/", views.open_selected, name="open"),
    path("suggest/", views.suggest, name="suggest"),
    path("assign/", action_views.assign, name="assign"),
    path("disable/", action_views.disable, name="disable"),
    path("enable/", action_views.enable, name="enable"),
    path("remove/", action_views.remove, name="remove"),
]
