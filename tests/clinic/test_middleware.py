"""What the layers around every page add to its answer."""

import pytest
from csp.constants import HEADER, NONE, SELF
from csp.decorators import csp_exempt, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from clinic.middleware import ContentPolicy
from tests.factories import make_clinic

USUAL = {name: " ".join(values) for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()}


def policy(answer: HttpResponseBase) -> dict[str, str]:
    """The directives of an answer."""
    return dict(part.strip().split(" ", 1) for part in answer.headers[HEADER].split(";"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"), [("/", 200), ("/nothing-here/", 404), ("/desk/", 302), ("/static/nothing.css", 404)]
)
def test_every_answer_says_where_its_parts_may_come_from(client, address, status):
    make_clinic()
    answer = client.get(address)
    assert (answer.status_code, policy(answer)) == (status, USUAL)


def test_usual_policy_lets_nothing_in_from_elsewhere():
    assert set(USUAL.values()) == {NONE, SELF}
    assert USUAL["default-src"] == USUAL["object-src"] == USUAL["frame-ancestors"] == NONE


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_view_that_asks_for_another_policy_has_it_and_leaves_the_usual_as_it_is():
    layer = ContentPolicy(lambda request: request.view(request))
    policies = []
    for view in (plain, csp_update({"frame-src": [SELF]})(plain), plain):
        request = HttpRequest()
        request.view = view
        policies.append(policy(layer(request)))
    assert policies == [USUAL, USUAL | {"frame-src": SELF}, USUAL]


def test_view_that_asks_for_none_has_none():
    assert HEADER not in ContentPolicy(csp_exempt()(plain))(HttpRequest()).headers


def test_header_that_a_view_has_written_itself_stays():
    answer = ContentPolicy(lambda _request: HttpResponse(headers={HEADER: "sandbox"}))(HttpRequest())
    assert answer.headers[HEADER] == "sandbox"
