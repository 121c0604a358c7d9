"""A browser as far as the components need one: it keeps cookies, follows redirects, and fills in forms as a person would.

It knows no server by name. A form is told by its inputs: a password is typed with its username, a consent is allowed, a device's
code is entered, and a page that only asks to go on is sent on. It needs Python's standard library and nothing else; an own
certificate authority is named by SSL_CERT_FILE.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

MOST_STEPS = 24


class Lost(Exception):
    """The way ended somewhere else than where it should."""


class Form(HTMLParser):
    """The first POST form of a page: where it goes, what it carries unasked, and what is filled in already."""

    def __init__(self, page):
        super().__init__()
        self.action, self.hidden, self.filled, self.names, self._state = None, {}, {}, set(), "before"
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self._state == "before" and attributes.get("method", "").lower() == "post":
            self.action, self._state = attributes.get("action") or "", "inside"
        elif self._state == "inside" and tag in ("input", "button") and attributes.get("name"):
            self.names.add(attributes["name"])
            if attributes.get("type") == "hidden":
                self.hidden[attributes["name"]] = attributes.get("value", "")
            elif tag == "input" and attributes.get("value"):
                self.filled[attributes["name"]] = attributes["value"]

    def handle_endtag(self, tag):
        if tag == "form" and self._state == "inside":
            self._state = "after"


class NoRedirect(HTTPRedirectHandler):
    """Hands a redirect back as a response: the last one must not be followed."""

    def redirect_request(self, *_):
        return None


class Cookies(DefaultCookiePolicy):
    """As in browsers: a cookie for https alone is sent to this machine without it too (W3C Secure Contexts, 3.1)."""

    def return_ok_secure(self, cookie, request):
        local = urlsplit(request.full_url).hostname in ("localhost", "127.0.0.1")
        return local or super().return_ok_secure(cookie, request)


@dataclass
class Arrival:
    """Where the browser is in the end: a URL that it was told not to open, or a page without a form that it knows."""

    url: str
    status: int = 0
    page: str = ""
    # What a form of that page would have sent to `url` (OAuth 2.0 Form Post Response Mode).
    fields: dict = field(default_factory=dict)


class Browser:
    """One browser of one person, which stops before any URL that begins with one of `ends`."""

    def __init__(self, person, ends=(), headers=None):
        self.headers = {"Accept": "text/html", "User-Agent": "latchkey-interop", **(headers or {})}
        self.person, self.ends, self.user_code, self.decision = person, tuple(ends), None, "allow"
        self._jar = CookieJar(Cookies())
        self._opener = build_opener(HTTPCookieProcessor(self._jar), NoRedirect())

    def cookies(self):
        """The cookies that it keeps."""
        return list(self._jar)

    def fetch(self, url, fields=None, page_url=None):
        """One request; gives the status, the Location header and the body."""
        request = Request(url, headers=self.headers)
        if fields is not None:
            here, there = urlsplit(page_url), urlsplit(url)
            same = here[:2] == there[:2]
            request.data = urlencode(fields).encode()
            request.add_header("Origin", f"{here.scheme}://{here.netloc}")
            request.add_header("Sec-Fetch-Site", "same-origin" if same else "cross-site")
        try:
            response = self._opener.open(request, timeout=60)
        except HTTPError as refusal:
            response = refusal
        with response:
            return response.status, response.headers.get("Location"), response.read().decode()

    def walk(self, url, fields=None, page_url=None):
        """Opens `url` and goes on until it arrives."""
        for _ in range(MOST_STEPS):
            status, location, page = self.fetch(url, fields, page_url)
            if location and 300 <= status < 400:
                url, fields = urljoin(url, location), None
                if self._is_end(url):
                    return Arrival(url)
                continue
            form = Form(page)
            if status >= 400 or form.action is None:
                return Arrival(url, status, page)
            target = urljoin(url, form.action)
            if self._is_end(target):
                return Arrival(target, status, page, form.hidden)
            fields = self.answer(form)
            if fields is None:
                return Arrival(url, status, page)
            url, page_url = target, url
        raise Lost(f"still under way after {MOST_STEPS} steps, at {urlsplit(url).path}")

    def _is_end(self, url):
        return url in self.ends or any(url.startswith(end + "?") for end in self.ends)

    def answer(self, form):
        """What the person types into this form; none where they would not know."""
        if "password" in form.names:
            return {**form.hidden, "username": self.person["username"], "password": self.person["password"]}
        if "user_code" in form.filled:
            return {**form.hidden, **form.filled}
        if "user_code" in form.names and "user_code" not in form.hidden and self.user_code:
            code, self.user_code = self.user_code, None
            return {**form.hidden, "user_code": code}
        if "decision" in form.names:
            return {**form.hidden, "decision": self.decision}
        # A form with nothing to fill in, which a script or a button sends on.
        return form.hidden if form.names <= set(form.hidden) and form.hidden else None
