"""Addresses of the intake. No clinical words."""

from django.urls import path

from intake.doors import DOORS
from intake.views import check, check_more, check_result, guides, here, requests, texts

app_name = "intake"
urlpatterns = [
    *(path(f"ask/{door.slug}/", requests.ask, {"kind": door.slug}, name=f"ask_{door.slug}") for door in DOORS),
    path("ask/thanks/", requests.ask_thanks, name="ask_thanks"),
    path("ask/answer/", requests.answer, name="ask_answer"),
    path("ask/<str:kind>/", requests.ask, name="ask"),
    path("hooks/text/", texts.received, name="text_received"),
    path("guides/", guides.guides, name="guides"),
    path("guides/thanks/", guides.guide_thanks, name="guide_thanks"),
    path("guides/read/", guides.guide_read, name="guide_read"),
    path("guides/read/pdf/", guides.guide_leaflet, name="guide_leaflet"),
    path("guides/<slug:slug>/", guides.guide, name="guide"),
    path("here/", here.here, name="here"),
    path("check/", check.start, name="check"),
    path("check/resume/", check.resume, name="check_resume"),
    path("check/begin/", check.begin, name="check_begin"),
    path("check/again/", check.again, name="check_again"),
    path("check/answers/", check.review, name="check_review"),
    path("check/result/", check_result.result, name="check_result"),
    path("check/mistake/", check_result.mistake, name="check_mistake"),
    path("check/leave/", check_result.leave, name="check_leave"),
    path("check/show/", check_result.for_doctor, name="check_show"),
    path("check/more/", check_more.more, name="check_more"),
    path("check/more/<int:place>/", check_more.more_page, name="check_more_page"),
    path("check/<int:number>/", check.page, name="check_page"),
]
