"""Debian's Apache signs people in through us, and verifies our access tokens as a resource server, by mod_auth_openidc."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from browser import Browser
from checks import check, close, same
from home import ISSUER, discovery, free_port, home, register, request, wait_for

MODULES = Path("/usr/lib/apache2/modules")
AUDIENCE, OTHER = "https://orders.example.com", "https://billing.example.com"
PAGE = """<h1>Signed in</h1>
<pre>
user=<!--#echo var="REMOTE_USER" -->
iss=<!--#echo var="OIDC_CLAIM_iss" -->
sub=<!--#echo var="OIDC_CLAIM_sub" -->
aud=<!--#echo var="OIDC_CLAIM_aud" -->
name=<!--#echo var="OIDC_CLAIM_name" -->
email=<!--#echo var="OIDC_CLAIM_email" -->
client_id=<!--#echo var="OIDC_CLAIM_client_id" -->
</pre>
"""

port, strict_port = free_port(), free_port()
# By two names, so that each has cookies of its own.
here, strict = f"http://localhost:{port}", f"http://127.0.0.1:{strict_port}"
server = discovery()
web = register(
    client_name="Apache", redirect_uris=[here + "/callback"], scope="openid profile email",
    post_logout_redirect_uris=[here + "/left.shtml"],
)
signer = register(
    client_name="Apache, signed", redirect_uris=[strict + "/callback"], scope="openid profile email",
    token_endpoint_auth_method="private_key_jwt", jwks_uri=strict + "/callback?jwks=rsa",
    require_signed_request_object=True, request_object_signing_alg="RS256", userinfo_signed_response_alg="RS256",
    post_logout_redirect_uris=[strict + "/left.shtml"], backchannel_logout_uri=strict + "/callback?logout=backchannel",
    backchannel_logout_session_required=True,
)
service = register(
    grant_types=["client_credentials"], scope="read", resources=[AUDIENCE, OTHER],
    access_token_signed_response_alg="ES256",
)


def write_site(folder):
    """The pages, the authority and a key, readable for whom Apache becomes."""
    for name in ("page.shtml", "operators.shtml", "left.shtml", "api/page.shtml"):
        page = folder / "site" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE, encoding="utf-8")
    (folder / "ca.pem").write_bytes(Path(os.environ["LATCHKEY_CA"]).read_bytes())
    quiet = {"check": True, "capture_output": True, "cwd": folder}
    subprocess.run(["openssl", "genrsa", "-out", "private.pem", "2048"], **quiet)
    subprocess.run(["openssl", "rsa", "-in", "private.pem", "-pubout", "-out", "public.pem"], **quiet)
    for path in (folder, folder / "site", folder / "site/api"):
        path.chmod(0o755)


def start(folder):
    """Starts Apache in the foreground, with everything that it keeps in `folder`."""
    write_site(folder)
    settings = {
        "WORK": folder, "PORT": port, "MODULES": MODULES, "ISSUER": ISSUER, "CLIENT_ID": web["client_id"],
        "CLIENT_SECRET": web["client_secret"], "PASSPHRASE": secrets.token_urlsafe(16), "AUDIENCE": AUDIENCE,
        "JWKS_URI": server["jwks_uri"], "STRICT_PORT": strict_port, "STRICT_CLIENT_ID": signer["client_id"],
    }
    root = ["-D", "Root"] if os.geteuid() == 0 else []
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    return subprocess.Popen(
        ["/usr/sbin/apache2", "-D", "FOREGROUND", *root, "-f", Path("httpd.conf").resolve()], env=environment,
        stdout=(folder / "out.log").open("w"), stderr=subprocess.STDOUT,
    )


def claims(page):
    """What the page shows of the token."""
    return dict(line.split("=", 1) for line in page.splitlines() if "=" in line and "(none)" not in line and "<" not in line)


def token(**parameters):
    """An access token of the service."""
    basic = base64.b64encode(f"{service['client_id']}:{service['client_secret']}".encode()).decode()
    form = {"grant_type": "client_credentials", **parameters}
    status, _, body = request(server["token_endpoint"], form, {"Authorization": f"Basic {basic}"})
    same(status, 200)
    return json.loads(body)["access_token"]


def api(access_token):
    """The answer of the API to this token."""
    return request(here + "/api/page.shtml", headers={"Authorization": f"Bearer {access_token}"})


def sign_in(browser, site, client):
    """From the protected page through our sign-in back to it."""
    arrival = browser.walk(site + "/page.shtml")
    same((arrival.status, arrival.url), (200, site + "/page.shtml"))
    seen = claims(arrival.page)
    same((seen["iss"], seen["aud"], seen["name"], seen["email"]),
         (ISSUER, client["client_id"], home["user"]["name"], home["user"]["email"]))
    assert seen["sub"]


def people():
    """What a person sees."""
    browser = Browser(home["user"])
    check("a page sends to the sign-in and shows the claims of who comes back", lambda: sign_in(browser, here, web))
    check("the next page needs no sign-in", lambda: same(browser.fetch(here + "/page.shtml")[0], 200))
    check("refused: a page for a role that the person has not",
          lambda: same(browser.fetch(here + "/operators.shtml")[0], 401))
    check("refused: a response that nobody asked for",
          lambda: same(Browser(home["user"]).fetch(here + "/callback?code=lkc_x&state=x")[0], 400))


def leaving():
    """Signing out: at one site, which takes the person to us, and is told to the other one."""
    browser = Browser(home["user"])
    check("signed requests, keys that we fetch, form_post, signed userinfo", lambda: sign_in(browser, strict, signer))

    def leave():
        sign_in(browser, here, web)
        assert not asks(browser, strict)
        arrival = browser.walk(f"{here}/callback?{urlencode({'logout': here + '/left.shtml'})}")
        same((arrival.status, arrival.url), (200, here + "/left.shtml"))
        assert asks(browser, here)

    def told():
        end = time.monotonic() + 20
        while not asks(browser, strict):
            assert time.monotonic() < end, "the other site was not told"
            time.sleep(0.2)

    check("who leaves is signed out at this site and with us", leave)
    check("and soon at the other site, which we told", told)


def asks(browser, site):
    """Whether the site would send the browser to our sign-in."""
    browser.ends = [server["authorization_endpoint"]]
    arrival = browser.walk(site + "/page.shtml")
    browser.ends = []
    return not arrival.page


def services():
    """What a service gets."""
    def accepted():
        status, _, body = api(token(scope="read"))
        same(status, 200)
        same(claims(body)["client_id"], service["client_id"])

    def altered():
        head, _, signature = token().split(".")
        other = base64.urlsafe_b64encode(json.dumps({"iss": ISSUER, "aud": AUDIENCE}).encode()).decode().rstrip("=")
        same(api(f"{head}.{other}.{signature}")[0], 401)

    check("an access token is verified by the JWKS alone", accepted)
    check("refused: a token for another audience", lambda: same(api(token(resource=OTHER))[0], 401))
    check("refused: changed claims", altered)
    check("refused: no token at all", lambda: same(request(here + "/api/page.shtml")[0], 401))


def main():
    folder = Path(tempfile.mkdtemp())
    apache = start(folder)
    try:
        if check("it starts", lambda: wait_for(here + "/api/page.shtml", apache, 20)):
            people()
            services()
            leaving()
    finally:
        apache.terminate()
        apache.wait()
        code = close()
        for log in sorted(folder.glob("*.log")) if code else []:
            print(f"{log.name}:\n{log.read_text(encoding='utf-8')}", file=sys.stderr)
        shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
