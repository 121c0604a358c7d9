"""libiddawc, Debian's client library in C, called from Python: a session goes in and comes out as JSON, its acts are functions."""

import ctypes
import json
import secrets

OK = 0
RESPONSE_TYPE = {"code": 0x1, "client_credentials": 0x10000, "refresh_token": 0x100000, "device_code": 0x1000000}
TOKEN_METHOD = {
    "none": 0x0, "client_secret_basic": 0x1, "client_secret_post": 0x10, "tls_client_auth": 0x100,
    "self_signed_tls_client_auth": 0x100, "client_secret_jwt": 0x1000, "private_key_jwt": 0x10000,
}
GET = 0x1
PKCE_S256 = 2
BY_CLIENT = 2  # how a client authenticates for introspection and revocation
# Larger than its `struct _i_session`, which only the library looks into.
SESSION_BYTES = 1 << 16

library = ctypes.CDLL("libiddawc.so.1.1")
library.i_export_session_str.restype = ctypes.c_char_p
library.i_build_end_session_url.restype = ctypes.c_char_p
if library.i_global_init() != OK:
    raise RuntimeError("libiddawc does not start")


class Failed(Exception):
    """An act of the library's that did not go well; with the error of the protocol, where there is one."""


# The numbers of `i_option`, a name of which is all that the header gives.
OPTIONS = {
    "response_type": 1, "scope": 2, "state": 4, "nonce": 5, "redirect_uri": 6, "redirect_to": 7, "client_id": 8, "client_secret": 9,
    "openid_config_endpoint": 14, "openid_config_strict": 16, "error": 19, "error_description": 20, "refresh_token": 23,
    "access_token": 24, "auth_method": 28, "token_method": 29, "client_kid": 44, "client_sign_alg": 45, "token_jti": 48, "token_exp": 50,
    "token_target": 51, "verification_uri": 60, "user_code": 59, "interval": 63, "use_dpop": 70, "dpop_kid": 71,
    "dpop_sign_alg": 75, "tls_key_file": 77, "tls_cert_file": 78, "remote_cert_flag": 79, "pkce_code_verifier": 80, "pkce_method": 82,
}
library.i_get_str_parameter.restype = ctypes.c_char_p


class Session:
    """One client in one sign-in."""

    def __init__(self, jwks=None, **settings):
        self._struct = ctypes.create_string_buffer(SESSION_BYTES)
        self.run("i_init_session")
        if jwks:
            self.run("i_import_session_str", json.dumps({"client_jwks": jwks}).encode())
        # It knows no authority but those of the system, so it is told not to look at ours.
        self.set(remote_cert_flag=0, auth_method=GET, token_exp=60, **settings)

    def set(self, **settings):
        """Sets options: numbers as numbers, texts as texts, none to unset one."""
        for name, value in settings.items():
            if value is None or isinstance(value, str):
                code = library.i_set_str_parameter(self._struct, OPTIONS[name], value and value.encode())
            else:
                code = library.i_set_int_parameter(self._struct, OPTIONS[name], int(value))
            if code != OK:
                raise Failed(f"{name} cannot be set")

    def add(self, name, value):
        """Adds a parameter to the authorization request."""
        self.run("i_set_additional_parameter", name.encode(), value.encode())

    def get(self, name):
        """A text that the library has."""
        value = library.i_get_str_parameter(self._struct, OPTIONS[name])
        return None if value is None else value.decode()

    def get_number(self, name):
        """A number that the library has."""
        return library.i_get_int_parameter(self._struct, OPTIONS[name])

    def id_token(self):
        """What the ID token says that the library has verified."""
        return json.loads(library.i_export_session_str(self._struct))["id_token_payload"]

    def run(self, act, *arguments):
        """Has the library do something, which must go well."""
        # One identifier for each proof and each assertion.
        if act != "i_init_session":
            self.set(token_jti=secrets.token_hex(16))
        code = getattr(library, act)(self._struct, *arguments)
        if code != OK:
            raise Failed(f"{act}: {code}: {self.get('error')}: {self.get('error_description')}")

    def grant(self, name):
        """A token request of this grant; gives the access token."""
        self.set(response_type=RESPONSE_TYPE[name])
        if name == "refresh_token":
            # It would look for the nonce in the new ID token, which is not repeated there: OIDC Core §12.2.
            self.set(nonce=None)
        self.run("i_run_token_request")
        return self.get("access_token")
