"""Addresses of the tab XMPP Federated Partners."""

from __future__ import annotations

from django.urls import path

from federation.partners import views

app_name = "partners"
urlpatterns = [
    path("", views.partner_list, name="list"),
    path("<int:pk>/", views.partner_details, name="details"),
    path("new/", views.new_partner, name="new"),
    path("open/", views.open_selected, name="open"),
    path("delete/", views.delete_selected, name="delete"),
    path("consequences/", views.consequences, name="consequences"),
]
