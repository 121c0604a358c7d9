# shellcheck shell=bash
# Sourced by the runner: certificates for one run, made by openssl. They are good for two days.
#
# make_pki FOLDER leaves there: ca.pem, the authority; server.{pem,key} for localhost; client.{pem,key} of that authority; and
# self.{pem,key}, which nobody else has signed, for a client too, with its public key as self.jwk. Beside them issuer.key, by which
# somebody whom we trust signs tokens, and issuer.jwks.

export CLIENT_SUBJECT='CN=orders,O=Example'

make_pki() {
  (
    cd "$1"
    new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" && chmod 600 "$1.key"; }
    signed() {
      new_key "$1"
      openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -sha256 -extfile <(printf %s "$3") -out "$1.pem"
    }
    new_key ca
    openssl req -x509 -new -key ca.key -subj '/CN=interop authority' -days 2 -sha256 -out ca.pem \
      -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
    signed server /CN=localhost $'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth'
    signed client /O=Example/CN=orders 'extendedKeyUsage=clientAuth'
    new_key self
    openssl req -x509 -new -key self.key -subj /CN=self -days 2 -sha256 -out self.pem
    python3 - >self.jwk <<'EOF'
import base64, json, subprocess
der = subprocess.run(["openssl", "ec", "-in", "self.key", "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
text = lambda part: base64.urlsafe_b64encode(part).decode().rstrip("=")
print(json.dumps({"kty": "EC", "crv": "P-256", "x": text(der[-64:-32]), "y": text(der[-32:])}))
EOF
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out issuer.key
    python3 - >issuer.jwks <<'EOF'
import base64, json, subprocess
said = subprocess.run(["openssl", "rsa", "-in", "issuer.key", "-noout", "-modulus"], check=True, capture_output=True, text=True).stdout
text = lambda part: base64.urlsafe_b64encode(part).decode().rstrip("=")
modulus = bytes.fromhex(said.strip().split("=")[1])
print(json.dumps({"keys": [{"kty": "RSA", "kid": "1", "alg": "RS256", "n": text(modulus), "e": "AQAB"}]}))
EOF
  ) 2>"$1/openssl.log" || { cat "$1/openssl.log" >&2; return 1; }
}

# The thumbprint of a certificate: RFC 8705 §3.1.
thumbprint() {
  openssl x509 -in "$1" -outform DER | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=\n'
}
