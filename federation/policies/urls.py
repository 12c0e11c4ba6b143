"""Addresses of the tab External Access Policy."""

from __future__ import annotations

from django.urls import path

from federation.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.policy_list, name="list"),
    path("<int:pk>/", views.policy_details, name="details"),
    path("<int:pk>/effect/", views.switch_effect, name="effect"),
    path("named/", views.view_named, name="named"),
    path("new/user/", views.new_user_policy, name="new-user"),
    path("new/site/", views.select_site, name="select-site"),
    path("new/site/<int:pk>/", views.new_site_policy, name="new-site"),
    path("open/", views.open_selected, name="open"),
    path("copy/", views.copy_selected, name="copy"),
    path("delete/", views.delete_selected, name="delete"),
]
