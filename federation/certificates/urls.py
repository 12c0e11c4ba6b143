"""Addresses of the tabs Gateway certificates, Requests and Trusted authorities."""

from __future__ import annotations

from django.urls import path

from federation.certificates import authority_views, import_views, request_views, views

app_name = "certificates"
urlpatterns = [
    path("", views.certificate_list, name="gateway-list"),
    path("<int:pk>/", views.certificate_details, name="gateway-details"),
    path("<int:pk>/assign/", views.assign_certificate, name="gateway-assign"),
    path("<int:pk>/export/", views.export_certificate, name="gateway-export"),
    path("import/", import_views.import_certificate, name="gateway-import"),
    path("open/", views.open_certificate, name="gateway-open"),
    path("delete/", views.delete_certificates, name="gateway-delete"),
    path("put-back/", views.put_back, name="gateway-put-back"),
    path("call-off/<int:pk>/", views.call_off, name="gateway-call-off"),
    path("timeline/", views.show_timeline, name="gateway-timeline"),
    path("requests/", request_views.request_list, name="requests-list"),
    path("requests/<int:pk>/", request_views.request_details, name="requests-details"),
    path("requests/<int:pk>/download/", request_views.download_request, name="requests-download"),
    path("requests/new/", request_views.new_request, name="requests-new"),
    path("requests/names/", request_views.judge_names, name="requests-names"),
    path("requests/open/", request_views.open_request, name="requests-open"),
    path("requests/cancel/", request_views.cancel_requests, name="requests-delete"),
    path("authorities/", authority_views.authority_list, name="authorities-list"),
    path("authorities/<int:pk>/", authority_views.authority_details, name="authorities-details"),
    path("authorities/new/", authority_views.new_authority, name="authorities-new"),
    path("authorities/open/", authority_views.open_authority, name="authorities-open"),
    path("authorities/distrust/", authority_views.distrust, name="authorities-delete"),
]
