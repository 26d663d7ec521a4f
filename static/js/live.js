// Keeps an open page equal to the page reloaded: one socket, cursor first; what comes are whole parts of the page by id.
import { morph, parse } from "./morph.js";
import * as lists from "./lists.js";
import { home } from "./home.js";
import { clock } from "./zone.js";

const SILENCE = 25_000, OPENING = 8_000, SLOWEST = 5_000, LOST = 60_000; // milliseconds
const SIGNED_OUT = 4401, REFUSED = 4400, TOO_MANY = 4429;
const BLOCKED = 3, LOOK = 5_000, TRY = 60_000; // attempts that did not open; milliseconds between two looks, and to the next
const CROWDED = 30_000; // milliseconds until somebody may have closed a page

const body = document.body;
let socket = null, silence = 0, retry = 0, attempts = 0, since = null, gone = 0, turned = false, trouble = "", over = "", crowded = "";
let watching = true, opened = false, unopened = 0, looking = 0, blocked = false;

function status() {
  const element = document.querySelector("[data-live-status]");
  if (!element) return;
  let state = "live", text = "live";
  if (over || crowded) [state, text] = ["waiting", over || crowded];
  else if (since) {
    [state, text] = ["waiting", `${Date.now() - since > LOST ? "signal lost" : "reconnecting"} since ${clock(since)}`];
  } else if (gone) [state, text] = ["waiting", gone === 404 ? "this page is no longer there" : "reload this page"];
  else if (turned) [state, text] = ["waiting", "you may do other things by now: reload this page"];
  else if (trouble) [state, text] = ["waiting", trouble];
  else if (blocked) [state, text] = ["waiting", `sockets are blocked: asking every ${LOOK / 1000} s`];
  else if (!watching) text = "not watching";
  element.hidden = false;
  element.dataset.state = state;
  element.toggleAttribute("data-blind", !watching);
  if (element.textContent !== text) element.textContent = text;
}

function arrived(element) {
  globalThis.htmx?.process(element);
}

function part(id, html) {
  const element = document.getElementById(id);
  if (!element) return lists.keep(id, html);
  const left = element.hasAttribute("data-left");
  const now = morph(element, parse(html));
  now.toggleAttribute("data-left", left);
  arrived(now);
}

// For whoever judges the signal itself (the wall): "beat" with what the server said, "trouble", "gone", "over".
function tell(what, detail) {
  document.dispatchEvent(new CustomEvent(`live:${what}`, { detail }));
}

function heard({ cursor, fragments, orders, beat, watcher, version, gone: status_, trouble: trouble_, turned: turned_ }) {
  if (fragments) for (const [id, html] of Object.entries(fragments)) part(id, html);
  if (orders) lists.order(orders, arrived);
  if (cursor) body.dataset.liveCursor = cursor;
  if (fragments) gone = 0;
  if (status_ !== undefined) gone = status_;
  if (trouble_ !== undefined) trouble = trouble_;
  if (turned_) turned = true;
  if (status_ !== undefined || trouble_ !== undefined || fragments) tell("drawn", { gone, trouble });
  if (beat) {
    listening();
    watching = watcher.alive;
    for (const banner of document.querySelectorAll("[data-live-watcher]")) banner.hidden = watching;
    tell("beat", { beat, watcher, version });
  }
  status();
}

function listening() {
  clearTimeout(silence);
  silence = setTimeout(() => drop(socket), SILENCE);
  attempts = 0;
  since = null;
  crowded = "";
}

function connect() {
  clearTimeout(retry);
  if (socket || over) return;
  const here = new WebSocket(new URL("ws/live/", home()).href.replace(/^http/, "ws"));
  socket = here;
  opened = false;
  // A connection that does not open is of a network that was away: the next attempt finds it back sooner.
  silence = setTimeout(() => drop(here), OPENING);
  here.onopen = () => {
    opened = true;
    unopened = 0;
    blocked = false;
    clearTimeout(silence);
    silence = setTimeout(() => drop(here), SILENCE);
    const pulse = "livePulse" in body.dataset; // wants every beat of the watcher, and to be drawn with the server's own
    here.send(JSON.stringify({ url: location.pathname + location.search, cursor: body.dataset.liveCursor, pulse }));
  };
  here.onmessage = (event) => { if (socket === here) heard(JSON.parse(event.data)); };
  here.onclose = (event) => {
    if (event.code === SIGNED_OUT) over = "signed out";
    if (event.code === REFUSED) over = "not live";
    if (over && socket === here) tell("over", { code: event.code });
    crowded = event.code === TOO_MANY ? event.reason : "";
    drop(here);
  };
}

// The connection is of no more use. A frozen one may take minutes to close by itself: nobody waits for that.
function drop(which) {
  if (!which || socket !== which) return;
  socket = null;
  clearTimeout(silence);
  which.close();
  if (!opened && ++unopened >= BLOCKED && !looking) looking = setTimeout(look);
  if (!blocked) since ??= Date.now();
  status();
  if (over) return;
  const pause = crowded ? CROWDED : blocked ? TRY : Math.min(SLOWEST, 250 * 2 ** attempts++);
  retry = setTimeout(connect, pause * (0.5 + Math.random() / 2));
}

// Where no socket opens, as behind a proxy that lets none through, the page asks instead, and says so.
async function look() {
  const address = new URL("-/live/", home());
  address.searchParams.set("url", location.pathname + location.search);
  const answer = await fetch(address, { cache: "no-store", redirect: "error", headers: { "HX-Request": "true" } }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  looking = 0;
  if (!unopened || over) return; // a socket opened meanwhile
  if (answer?.status === 401) {
    over = "signed out";
    tell("over", { code: SIGNED_OUT });
  }
  blocked = Boolean(said);
  if (said) heard(said);
  else since ??= Date.now();
  status();
  if (!over) looking = setTimeout(look, LOOK);
}

document.addEventListener("zone", status);
if (body.dataset.liveCursor) {
  lists.listen(arrived);
  connect();
  setInterval(() => { if (since) status(); }, 5_000);
  addEventListener("online", connect);
  document.addEventListener("session:renewed", () => {
    over = "";
    connect();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) connect(); });
  addEventListener("pagehide", () => drop(socket));
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}
