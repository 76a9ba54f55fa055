"""The site map: every page, one line."""

from django.urls import path

from holdfast.web import log_in

urlpatterns = [
    path("", log_in.home, name="home"),
    path("log-in/", log_in.log_in, name="log_in"),
    path("log-out/", log_in.log_out, name="log_out"),
    # patient
    # clinician
    # programme
]
