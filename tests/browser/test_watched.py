"""The watch that the browser tests stand under: each thing it must hear, it hears."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

GOOD = '<html lang="en"><title>Good</title><main><h1>Good</h1><p>Nothing to say.</p></main>'
PAGES = {
    "good": GOOD,
    "script": GOOD + "<script>document.title = 'Bad'</script>",
    "style": GOOD + '<p style="color: red">Red</p>',
    "stranger": GOOD + '<img alt="" src="http://127.0.0.2:9/picture.png">',
    "unlabelled": '<html lang="en"><title>Form</title><main><h1>Form</h1><input name="a"></main>',
    "wide": GOOD + "<p>" + "wide" * 200 + "</p>",
}


def show(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"<!doctype html>{PAGES[name]}")


def fail(request: HttpRequest) -> HttpResponse:
    return HttpResponse(GOOD, status=500)


def icon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [path("favicon.ico", icon), path("fail/", fail), path("<str:name>/", show)]
pytestmark = pytest.mark.urls(__name__)


def test_live_accepts_good_page(live):
    page = live.open("/good/", width=320)
    live.axe(page)
    live.fits(page)
    assert live.complaints == []


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("script", "Content Security Policy"),
        ("style", "Content Security Policy"),
        ("stranger", "request to another host: http://127.0.0.2:9/picture.png"),
        ("fail", "status 500"),
    ],
)
def test_live_hears(live, name, heard):
    live.open(f"/{name}/")
    assert any(heard in line for line in live.unforgiven())
    live.forgive("")


def test_live_hears_script_error_and_console(live):
    page = live.open("/good/")
    with page.expect_event("pageerror"):
        page.evaluate("console.log('a word'); setTimeout(() => { throw new Error('a fault') })")
    assert [line.split(" (")[0] for line in live.complaints] == ["console log: a word", "script error: a fault"]
    live.forgive("a word|a fault")


def test_live_forgives_only_what_is_named(live):
    live.complaints += ["console error: one", "console error: two"]
    live.forgive("one$")
    assert live.unforgiven() == ["console error: two"]
    live.forgive("two$")


def test_axe_finds_missing_label(live):
    page = live.open("/unlabelled/")
    with pytest.raises(pytest.fail.Exception, match="label"):
        live.axe(page)


def test_fits_finds_sideways_scrolling(live):
    page = live.open("/wide/", width=360)
    with pytest.raises(pytest.fail.Exception, match="scrolls sideways"):
        live.fits(page)


def test_live_runs_without_javascript(live):
    page = live.open("/good/", javascript=False)
    assert page.locator("h1").inner_text() == "Good"
