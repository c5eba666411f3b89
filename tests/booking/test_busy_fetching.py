"""Fetching a file from an address that somebody typed in: it leads nowhere that only we can reach, and it ends."""

import socket
import time

import pytest

from booking.busy import fetching
from booking.busy.fetching import BadAddress, Fetched, NoAnswer, Refused, TooLarge, fetch, is_public, tidy
from tests.booking.calendar_site import calendar_site


@pytest.fixture
def site(settings):
    settings.CALENDARS_FROM_ANYWHERE = True
    with calendar_site() as site:
        yield site


@pytest.mark.parametrize(
    "address",
    [
        *("", "calendar", "http://calendar.example/a.ics", "ftp://calendar.example/a.ics", "file:///etc/passwd"),
        *("https://", "https://user:word@calendar.example/", "https://calendar.example:99999/", "https://a b/"),
        *("https://cal.example/\r\nX: y", "https://cal.example/\x00", "https://cal.example/ä", "https://[half"),
        "https://cal.example/" + "x" * 3000,
    ],
)
def test_address_that_is_none_of_the_net_is_refused(address):
    with pytest.raises(BadAddress):
        tidy(address)


def test_address_of_a_subscription_is_fetched_over_https():
    assert tidy(" webcal://calendar.example/a.ics ") == "https://calendar.example/a.ics"


@pytest.mark.parametrize(
    "ip",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *("255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"),
        *("2002:7f00:1::", "fec0::1", "nothing"),
    ],
)
def test_address_of_a_private_net_is_not_public(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_address_of_the_net_is_public(ip):
    assert is_public(ip)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_own_machine_is_not_called(host, settings):
    settings.CALENDARS_FROM_ANYWHERE = False
    with calendar_site() as site, pytest.raises((BadAddress, NoAnswer)):
        fetch(f"https://{host}:{site.server_port}/")
    assert not site.asked


def test_name_with_one_private_address_among_its_answers_is_not_called(settings, monkeypatch):
    settings.CALENDARS_FROM_ANYWHERE = False
    with calendar_site() as site:
        answers = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, site.server_port)) for ip in ("8.8.8.8", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers)
        with pytest.raises(BadAddress):
            fetch(f"https://calendar.example:{site.server_port}/")
        assert not site.asked


def test_file_is_fetched_once_while_it_is_unchanged(site):
    site.body, site.headers = b"BEGIN", {"ETag": '"one"', "Last-Modified": "Tue, 24 Nov 2026 18:40:00 GMT"}
    first = fetch(site.address)
    assert first == Fetched(b"BEGIN", '"one"', "Tue, 24 Nov 2026 18:40:00 GMT")
    assert fetch(site.address, etag=first.etag, changed=first.changed).data is None
    assert site.asked[1]["If-Modified-Since"] == "Tue, 24 Nov 2026 18:40:00 GMT"


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/a", "file:///etc/passwd", "http://u:p@127.0.0.1/"])
def test_redirect_is_judged_like_an_address(site, target):
    site.status, site.headers = 302, {"Location": target}
    with pytest.raises((BadAddress, NoAnswer)):
        fetch(site.address)


def test_redirects_end(site):
    site.status, site.headers = 302, {"Location": site.address}
    with pytest.raises(Refused):
        fetch(site.address)
    assert len(site.asked) == fetching.MOST_REDIRECTS + 1


def test_what_is_gone_too_large_half_or_packed_is_told_apart(site, monkeypatch):
    site.body = b"x" * 2_000
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000)
    with pytest.raises(TooLarge):
        fetch(site.address)
    monkeypatch.setattr(fetching, "MOST_BYTES", 10_000)
    site.promises_more = True
    with pytest.raises(NoAnswer):
        fetch(site.address)
    site.promises_more, site.headers = False, {"Content-Encoding": "gzip"}
    with pytest.raises(Refused):
        fetch(site.address)
    site.status, site.headers = 404, {}
    with pytest.raises(Refused):
        fetch(site.address)


def test_server_that_drips_is_left(site, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    site.drips, site.body = True, b"x" * 1_200  # one each 50 milliseconds: a minute
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        fetch(site.address)
    assert time.monotonic() - began < 30


def test_nobody_there_is_no_answer(settings):
    settings.CALENDARS_FROM_ANYWHERE = True
    with calendar_site() as site:
        address = site.address
    with pytest.raises(NoAnswer):
        fetch(address)
