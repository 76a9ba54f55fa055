"""The site map: every page, one line."""

from django.urls import path

from holdfast.web import help_now, log_in, who_sees_what
from holdfast.web.clinician import (
    acknowledge,
    alerts,
    assess,
    caseload,
    close_episode,
    decide,
    enrol,
    enter_score,
    patient,
    record_infusion,
    record_session,
    start_course,
    what_if,
    withdraw,
)
from holdfast.web.patient import checkin, course, thanks, today
from holdfast.web.programme import accounts, calibration

urlpatterns = [
    path("", log_in.home, name="home"),
    path("log-in/", log_in.log_in, name="log_in"),
    path("log-out/", log_in.log_out, name="log_out"),
    path("help/", help_now.help_now, name="help_now"),
    path("who-sees-what/", who_sees_what.who_sees_what, name="who_sees_what"),
    # patient
    path("today/", today.today, name="today"),
    path("check-in/<slug:instrument>/", checkin.start, name="checkin_start"),
    path("check-in/<uuid:draft>/<int:number>/", checkin.question, name="checkin"),
    path("check-in/<uuid:uid>/thanks/", thanks.thanks, name="checkin_thanks"),
    path("my-course/", course.course, name="course"),
    # clinician
    path("caseload/", caseload.caseload, name="caseload"),
    path("patients/new/", enrol.enrol, name="enrol"),
    path("patients/<int:episode_id>/", patient.patient, name="patient"),
    path("patients/<int:episode_id>/infusion/", record_infusion.record_infusion, name="record_infusion"),
    path("patients/<int:episode_id>/therapy/", start_course.start_course, name="start_course"),
    path("patients/<int:episode_id>/session/", record_session.record_session, name="record_session"),
    path("patients/<int:episode_id>/score/", enter_score.enter_score, name="enter_score"),
    path("patients/<int:episode_id>/assessment/", assess.assess, name="assess"),
    path("patients/<int:episode_id>/close/", close_episode.close_episode, name="close_episode"),
    path("patients/<int:episode_id>/what-if/", what_if.what_if, name="what_if"),
    path("patients/<int:episode_id>/suggestion/", decide.decide, name="decide"),
    path("patients/<int:episode_id>/withdraw/<str:kind>/<uuid:uid>/", withdraw.withdraw, name="withdraw"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:alert_id>/", acknowledge.acknowledge, name="acknowledge"),
    # programme
    path("accounts/", accounts.accounts, name="accounts"),
    path("programme/forecast/", calibration.calibration, name="calibration"),
]
