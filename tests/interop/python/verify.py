"""How a service verifies an access token with PyJWT: the JWKS is all that it needs. RFC 9068 §4."""

import jwt

ALGORITHMS = ["ES256", "RS256", "EdDSA"]
REQUIRED = ["iss", "aud", "sub", "client_id", "iat", "exp", "jti"]


class WrongType(jwt.InvalidTokenError):
    """The `typ` is not that of an access token. PyJWT leaves this check to its caller."""


class AccessTokenVerifier:
    """Knows one issuer and one audience; the keys are fetched once and kept."""

    def __init__(self, issuer, audience, jwks_uri):
        self.issuer, self.audience, self.keys = issuer, audience, jwt.PyJWKClient(jwks_uri)

    def verify(self, token):
        """Gives the claims of a good access token; raises `jwt.InvalidTokenError` for every other."""
        if jwt.get_unverified_header(token).get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
            raise WrongType("typ")
        key = self.keys.get_signing_key_from_jwt(token)
        return jwt.decode(
            token, key, algorithms=ALGORITHMS, issuer=self.issuer, audience=self.audience, options={"require": REQUIRED}
        )
