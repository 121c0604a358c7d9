"""The server that the runner started, for the components that are driven from Python."""

import json
import os
import socket
import subprocess
import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

with open(os.environ["LATCHKEY_DEMO"], encoding="utf-8") as file:
    home = json.load(file)
ISSUER = home["issuer"]


def order(*arguments, document=None):
    """One order of the operator, such as `client show NAME`; gives its answer."""
    command = [home["binary"], *arguments, "--json", "--config", home["config"]]
    text = None if document is None else json.dumps(document)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"latchkey {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def register(**metadata):
    """Registers a client in the words of RFC 7591; gives what is answered, the secret with it."""
    return order("client", "add", "--from", "-", document=metadata)


def request(url, form=None, headers=None):
    """One request; gives the status, the headers and the body, whatever the status."""
    data = None if form is None else urlencode(form).encode()
    try:
        response = urlopen(Request(url, data, headers or {}), timeout=30)
    except HTTPError as refusal:
        response = refusal
    with response:
        return response.status, response.headers, response.read().decode()


def discovery():
    """The metadata of the server."""
    return json.loads(request(ISSUER + "/.well-known/openid-configuration")[2])


def free_port():
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, process, seconds):
    """Waits until `url` answers, as long as `process` lives."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            return request(url)
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")
