"""Addresses of the tab Partners' servers and of the calendar."""

from __future__ import annotations

from django.urls import path

from federation.watch import views

app_name = "watch"
urlpatterns = [
    path("", views.look_list, name="list"),
    path("<int:pk>/", views.look_details, name="details"),
    path("open/", views.open_look, name="open"),
    path("delete/", views.delete_selected, name="delete"),
    path("new/", views.new_look, name="new"),
    path("calendar/", views.show_feed, name="feed"),
    path("calendar/<slug:secret>.ics", views.calendar, name="calendar"),
]
