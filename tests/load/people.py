"""The signed-in and the not yet signed-in people that a load needs, through the same small browser as tests/interop."""

import base64
import hashlib
import http.client
import json
import secrets
import sys
import urllib.request
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from measure import ROOT

sys.path.insert(0, str(ROOT / "tests/interop"))

from browser import Browser, Form  # noqa: E402


def basic(client):
    """The Authorization header of a client. RFC 6749 §2.3.1."""
    return "Basic " + base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()


def request_parameters(client, verifier):
    """A request for a code that a refresh token comes with, and no ID token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code", "client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0],
        "scope": "offline_access", "state": "load", "code_challenge": challenge, "code_challenge_method": "S256",
    }


def authorization_url(issuer, client, verifier):
    """The same, as a link."""
    return f"{issuer}/authorize?" + urlencode(request_parameters(client, verifier))


def browser(demo):
    """The demo's person with a browser that stops where the web client waits."""
    return Browser(demo["user"], demo["clients"]["web"]["redirect_uris"][:1])


def refresh_tokens(demo, count):
    """That many families, of one person in one browser."""
    client, ada = demo["clients"]["web"], browser(demo)
    tokens = []
    for _ in range(count):
        verifier = secrets.token_urlsafe(48)
        arrival = ada.walk(authorization_url(demo["issuer"], client, verifier))
        [code] = parse_qs(urlsplit(arrival.url).query)["code"]
        form = urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": client["redirect_uris"][0],
            "code_verifier": verifier,
        }).encode()
        request = urllib.request.Request(demo["issuer"] + "/token", form, {"Authorization": basic(client)})
        with urllib.request.urlopen(request) as answer:
            tokens.append(json.load(answer)["refresh_token"])
    return tokens


def cookies(of):
    """What a browser sends along, as a header."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in of.cookies())


def open_interaction(demo):
    """A browser that has got as far as the sign-in page: path, cookies and the form that would sign its person in."""
    # Each from an address of its own, for one address may begin only so many.
    address = ".".join(["198", "18", *(str(secrets.randbelow(256)) for _ in range(2))])
    stranger = Browser(demo["user"], headers={"X-Forwarded-For": address})
    url = authorization_url(demo["issuer"], demo["clients"]["web"], secrets.token_urlsafe(48))
    status, location, page = stranger.fetch(url)
    while location:
        url = urljoin(url, location)
        status, location, page = stranger.fetch(url)
    form = Form(page)
    if status >= 400 or "password" not in form.names:
        raise SystemExit(f"no sign-in page at {url}: {status}")
    target = urlsplit(urljoin(url, form.action))
    path = target.path + ("?" + target.query if target.query else "")
    return "\t".join([path, cookies(stranger), urlencode(stranger.answer(form))])


class Visits:
    """The whole way of a signed-in person to a client's tokens, over one connection: pushed request, code, token."""

    def __init__(self, demo):
        self.client, self.person = demo["clients"]["web"], browser(demo)
        self.person.walk(authorization_url(demo["issuer"], self.client, secrets.token_urlsafe(48)))
        self.connection = http.client.HTTPConnection(urlsplit(demo["issuer"]).netloc)

    def go(self):
        """One visit."""
        verifier = secrets.token_urlsafe(48)
        pushed = self._post("/par", request_parameters(self.client, verifier))
        query = urlencode({"client_id": self.client["client_id"], "request_uri": pushed["request_uri"]})
        self.connection.request("GET", f"/authorize?{query}", headers={"Cookie": cookies(self.person)})
        answer = self.connection.getresponse()
        answer.read()
        [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        self._post("/token", {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.client["redirect_uris"][0],
            "code_verifier": verifier,
        })

    def _post(self, path, form):
        self.connection.request("POST", path, urlencode(form), {
            "Authorization": basic(self.client), "Content-Type": "application/x-www-form-urlencoded",
        })
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {body.decode()}")
        return json.loads(body)
