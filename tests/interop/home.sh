# shellcheck shell=bash disable=SC2154
# Sourced by the runner: a server as an operator has one, with a configuration file, a data folder and orders over its socket.
# Needs `work`, a folder for what it leaves behind, LATCHKEY, the binary, and pki.sh.
#
# Leaves $work/home/description.json: `issuer`, `user`, `config` (for the command), `binary`, `resource` and `certificates`.
# Exports LATCHKEY_CA, the authority of its certificate.

# A port that is free now. The issuer has to be written down before the server starts.
free_port() {
  python3 -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

# Writes the configuration, starts the server, adds the person, and describes all of it. Others on this machine may be called.
start_home() {
  local home=$work/home port mtls_port password issuer resource
  port=$(free_port) mtls_port=$(free_port)
  # An API of somebody else's, for whose tokens clients may register themselves.
  resource=http://127.0.0.1:$(free_port)/mcp
  issuer=https://localhost:$port
  mkdir -p "$home/pki"
  make_pki "$home/pki"
  cat >"$home/latchkey.toml" <<EOF
issuer = "$issuer"
data_dir = "$home/data"
[http]
listen = "127.0.0.1:$port"
[tls]
certificate = "$home/pki/server.pem"
key = "$home/pki/server.key"
[mtls]
listen = "127.0.0.1:$mtls_port"
client_ca = "$home/pki/ca.pem"
[registration]
mode = "open"
client_id_metadata_documents = true
resources = ["$resource"]
[outbound]
allow = ["127.0.0.0/8", "localhost"]
ca_file = "$home/pki/ca.pem"
[[trusted_issuers]]
issuer = "https://ci.example.com"
jwks_file = "$home/pki/issuer.jwks"
subjects = ["repo:example/*"]
scope = "read"
EOF
  "$LATCHKEY" serve --config "$home/latchkey.toml" >"$home/out.log" 2>"$home/server.log" &
  home_server=$!
  export LATCHKEY_CA=$home/pki/ca.pem
  if ! wait_for "$issuer/.well-known/openid-configuration"; then
    echo "the server did not start:" >&2
    cat "$home/server.log" >&2
    return 1
  fi
  password=$(python3 -c 'import secrets; print(secrets.token_urlsafe(16))')
  "$LATCHKEY" user add ada --name 'Ada Lovelace' --email ada@example.com --email-verified --role reader \
    --password-stdin --config "$home/latchkey.toml" <<<"$password" >/dev/null
  cat >"$home/description.json" <<EOF
{
  "issuer": "$issuer",
  "user": { "username": "ada", "password": "$password", "name": "Ada Lovelace", "email": "ada@example.com" },
  "config": "$home/latchkey.toml",
  "binary": "$LATCHKEY",
  "resource": "$resource",
  "certificates": {
    "folder": "$home/pki", "subject": "$CLIENT_SUBJECT",
    "thumbprints": { "client": "$(thumbprint "$home/pki/client.pem")", "self": "$(thumbprint "$home/pki/self.pem")" }
  }
}
EOF
}

# Waits until a URL answers, as long as the server that was started last lives.
wait_for() {
  for _ in $(seq 150); do
    SSL_CERT_FILE=$LATCHKEY_CA python3 -c 'import sys, urllib.request as web
web.urlopen(sys.argv[1], timeout=2)' "$1" 2>"$work/wait.log" && return
    kill -0 "$!" 2>/dev/null || return
    sleep 0.2
  done
  return 1
}

# Stops it, and waits until it is gone.
stop_home() {
  [ -z "${home_server:-}" ] && return
  kill "$home_server" 2>/dev/null || true
  wait "$home_server" 2>/dev/null || true
  home_server=
}
