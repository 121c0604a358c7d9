# shellcheck shell=bash disable=SC2154
# Sourced by the runners: starts and stops a demonstration server of their own.
# Needs `work`, a folder for what it leaves behind. The binary is $LATCHKEY, or else what `cargo build` makes.

# Builds the server where no binary was named; sets LATCHKEY.
build_server() {
  [ -n "${LATCHKEY:-}" ] && return
  cargo build --quiet
  export LATCHKEY=${CARGO_TARGET_DIR:-$PWD/target}/debug/latchkey
}

# Starts it on a free loopback port, which its issuer follows, with the given KEY=VALUE settings; exports LATCHKEY_DEMO once
# it answers.
start_server() {
  export LATCHKEY_DEMO=$work/demo.json
  (cd "$work" && exec env LATCHKEY__HTTP__LISTEN=127.0.0.1:0 "$@" "$LATCHKEY" serve --demo --json \
    >"$LATCHKEY_DEMO" 2>"$work/server.log") &
  server=$!
  for _ in $(seq 150); do
    if python3 -c 'import json, sys, urllib.request as web
issuer = json.load(open(sys.argv[1]))["issuer"]
web.urlopen(issuer + "/.well-known/openid-configuration", timeout=2)' "$LATCHKEY_DEMO" 2>"$work/wait.log"; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  echo "the server did not start:" >&2
  cat "$work/server.log" >&2
  return 1
}

# Stops it, and waits until it is gone.
stop_server() {
  [ -z "${server:-}" ] && return
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
