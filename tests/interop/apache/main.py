"""Debian's Apache signs people in through us, and verifies our access tokens as a resource server, by mod_auth_openidc."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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

port = free_port()
here = f"http://localhost:{port}"
server = discovery()
web = register(
    client_name="Apache", redirect_uris=[here + "/callback"], scope="openid profile email",
)
service = register(
    grant_types=["client_credentials"], scope="read", resources=[AUDIENCE, OTHER],
    access_token_signed_response_alg="ES256",
)


def write_site(folder):
    """The pages and the authority, readable for whom Apache becomes."""
    for name in ("page.shtml", "operators.shtml", "api/page.shtml"):
        page = folder / "site" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE, encoding="utf-8")
    (folder / "ca.pem").write_bytes(Path(os.environ["LATCHKEY_CA"]).read_bytes())
    for path in (folder, folder / "site", folder / "site/api"):
        path.chmod(0o755)


def start(folder):
    """Starts Apache in the foreground, with everything that it keeps in `folder`."""
    write_site(folder)
    settings = {
        "WORK": folder, "PORT": port, "MODULES": MODULES, "ISSUER": ISSUER, "CLIENT_ID": web["client_id"],
        "CLIENT_SECRET": web["client_secret"], "PASSPHRASE": secrets.token_urlsafe(16), "AUDIENCE": AUDIENCE,
        "JWKS_URI": server["jwks_uri"],
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


def sign_in(browser):
    """From the protected page through our sign-in back to it."""
    arrival = browser.walk(here + "/page.shtml")
    same((arrival.status, arrival.url), (200, here + "/page.shtml"))
    seen = claims(arrival.page)
    same((seen["iss"], seen["aud"], seen["name"], seen["email"]),
         (ISSUER, web["client_id"], home["user"]["name"], home["user"]["email"]))
    assert seen["sub"]


def people():
    """What a person sees."""
    browser = Browser(home["user"])
    check("a page sends to the sign-in and shows the claims of who comes back", lambda: sign_in(browser))
    check("the next page needs no sign-in", lambda: same(browser.fetch(here + "/page.shtml")[0], 200))
    check("refused: a page for a role that the person has not",
          lambda: same(browser.fetch(here + "/operators.shtml")[0], 401))
    check("refused: a response that nobody asked for",
          lambda: same(Browser(home["user"]).fetch(here + "/callback?code=lkc_x&state=x")[0], 400))


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
