"""Makes bad tokens from good ones."""

import json

from jwt.utils import base64url_decode, base64url_encode


def _decode(part):
    return json.loads(base64url_decode(part))


def _encode(value):
    return base64url_encode(json.dumps(value).encode()).decode()


def altered(token, claims, header=None):
    """The same token with other claims or header members, and the old signature."""
    head, body, signature = token.split(".")
    return ".".join([_encode(_decode(head) | (header or {})), _encode(_decode(body) | claims), signature])


def badly_signed(token):
    """The same claims under a signature with one bit of it turned."""
    content, _, signature = token.rpartition(".")
    turned = bytearray(base64url_decode(signature))
    turned[10] ^= 1
    return f"{content}.{base64url_encode(bytes(turned)).decode()}"


def unsigned(token):
    """The same claims with no signature at all."""
    return altered(token, {}, {"alg": "none"}).rpartition(".")[0] + "."
