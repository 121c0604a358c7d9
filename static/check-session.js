// Answers a client's page that asks whether the session of this browser is still the one that it knows.
// OpenID Connect Session Management 1.0, sections 3.1 and 3.2.
"use strict";

const source = document.currentScript.dataset.state;

// How long an answer of the server's counts, in milliseconds: clients ask often.
const FRESH = 1000;

let known = { at: -FRESH, state: undefined };

// What stands for the session now; empty where nobody is signed in.
function browserState() {
  if (performance.now() - known.at >= FRESH) {
    const state = fetch(source, { cache: "no-store" }).then((response) => {
      if (!response.ok) throw new Error(response.status);
      return response.text();
    });
    known = { at: performance.now(), state };
  }
  return known.state;
}

// Whether the browser gives cookies to this frame at all, in the page that holds it.
function getsCookies() {
  return document.hasStorageAccess ? document.hasStorageAccess() : false;
}

async function hash(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

// The answer to "client_id session_state" from a page of this origin.
async function answer(message, origin) {
  const [client, state, ...rest] = typeof message === "string" ? message.split(" ") : [];
  const [, salt, ...more] = (state ?? "").split(".");
  if (!source || !client || !salt || rest.length > 0 || more.length > 0) return "error";
  const session = await browserState();
  // Nothing came: that tells of the session only where cookies come.
  if (!session && !(await getsCookies())) return "error";
  const now = await hash([client, origin, session, salt].join(" "));
  return now + "." + salt === state ? "unchanged" : "changed";
}

// The origin of the page that holds this frame, as far as the browser tells.
function holder() {
  const [above] = location.ancestorOrigins ?? [];
  if (above) return above;
  return document.referrer ? new URL(document.referrer).origin : null;
}

// Section 3.2: only the page that holds this frame may ask, or another frame of that page's origin.
function mayAsk(event) {
  if (window.parent === window || event.source === null || event.source === window) return false;
  return event.source === window.parent || event.origin === holder();
}

addEventListener("message", async (event) => {
  if (!mayAsk(event)) return;
  const said = await answer(event.data, event.origin).catch(() => "error");
  event.source.postMessage(said, event.origin);
});
