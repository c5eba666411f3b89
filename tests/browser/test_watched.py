"""The watch that the browser tests stand under: each thing it must hear, it hears."""

import re

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
SHEET = '<!doctype html><html lang="en"><title>Sheet</title><link rel="stylesheet" href="/sheet/{}/">'
STYLED = (
    SHEET
    + '<main><h1>Sheet</h1><p class="a">One</p><p class="b"><a href="#b">Two</a> <a href="#c">Three</a></p></main>'
)
# What is wrong in one look of a page only, and what is said of it. Pages are looked at from 360 pixels, in the light.
WIDE, LIGHT, DARK = "(width > 900px)", "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"
PALE = ".a { color: #999; background: #fff }"
SMALL = ".b { font-size: 6px; line-height: 1 }"
SHEETS = {
    "pale": (LIGHT, PALE, "color-contrast"),
    "pale-dark": (DARK, PALE, "color-contrast"),
    "pale-wide": (f"{LIGHT} and {WIDE}", PALE, "color-contrast"),
    "pale-narrow": (f"{DARK} and (width < 340px)", PALE, "color-contrast"),
    "pale-wide-dark": (f"{DARK} and {WIDE}", PALE, "color-contrast"),
    "ground-wide": (f"{LIGHT} and {WIDE}", "main { background: #222 }", "color-contrast"),
    "words-wide": (
        LIGHT,
        f".a {{ color: #888; background: #fff; font-size: 24px; @media {WIDE} {{ font-size: 20px }} }}",
        "color-contrast",
    ),
    "shown-wide": (LIGHT, f"{PALE} .a {{ display: none; @media {WIDE} {{ display: block }} }}", "color-contrast"),
    "small": ("all", SMALL, "target-size"),
    "small-narrow": ("(width < 340px)", SMALL, "target-size"),
    "small-wide": (WIDE, SMALL, "target-size"),
    "long": ("(340px < width < 900px)", ".a { width: 370px }", "sideways at .*360"),
    "long-narrow": ("(width < 340px)", ".a { width: 350px }", "sideways at .*320"),
    "long-wide": (WIDE, ".a { width: 1300px }", "sideways at .*1280"),
}


def show(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(f"<!doctype html>{PAGES[name]}")


def fail(request: HttpRequest) -> HttpResponse:
    return HttpResponse(GOOD, status=500)


def icon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def sheet(request: HttpRequest, name: str) -> HttpResponse:
    media, rules, _ = SHEETS[name]
    return HttpResponse(f".b {{ line-height: 3 }} @media {media} {{ {rules} }}", content_type="text/css")


def styled(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(STYLED.format(name))


urlpatterns = [
    path("favicon.ico", icon),
    path("sheet/<str:name>/", sheet),
    path("styled/<str:name>/", styled),
    path("fail/", fail),
    path("<str:name>/", show),
]
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


@pytest.mark.parametrize("name", SHEETS)
def test_look_finds_what_is_wrong_at_one_width_or_in_one_light(live, name):
    page = live.open(f"/styled/{name}/", width=360)
    with pytest.raises(pytest.fail.Exception) as failure:
        live.look(page)
    assert re.search(SHEETS[name][2], failure.value.msg), failure.value.msg


def test_look_accepts_good_page_and_leaves_it_as_it_was(live):
    page = live.open("/good/", width=360)
    live.look(page)
    assert page.viewport_size["width"] == 360
    assert page.evaluate("matchMedia('(prefers-color-scheme: light)').matches")


def test_profile_that_is_lent_again_knows_nothing(live, profiles):
    page = live.open("/good/", width=360, dark=True)
    page.evaluate("localStorage.keys = sessionStorage.taps = document.cookie = 'a=1'")
    page.context.grant_permissions(["clipboard-read"])
    profile = live.borrowed.pop()
    profiles.take_back(profile)
    assert profiles.lend(javascript=True) is profile
    live.borrowed.append(profile)
    assert page.url.endswith("/mark.svg")
    page.goto("/good/")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert (
        page.evaluate("navigator.permissions.query({ name: 'clipboard-read' }).then((given) => given.state)")
        != "granted"
    )
