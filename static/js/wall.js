// The wall's heartbeat, its clock, and SIGNAL LOST. What moves here moves because the server was heard, never by itself;
// only the clock and the count of seconds since the last truth run on.
import { span } from "./ages.js";
import { judge, WORDS } from "./wall-signal.js";
import { clock as told } from "./zone.js";

const FRESH = 65_000; // milliseconds: before that the browser may still hold the old version's files
const AGAIN = 600_000; // a version is not reloaded for twice within this: two servers of different versions must not drive us
const FAREWELL = 8_000;

const body = document.body;
const lost = document.getElementById("wall-lost");
const [what, why, since] = ["what", "why", "since"].map((name) => lost.querySelector(`[data-lost-${name}]`));
const clock = document.querySelector("[data-wall-clock]");
const beats = [...document.querySelectorAll("[data-wall-pulse] rect")];
const known = { heard: null, beatAt: null, watcherAt: null, troubledSince: null, ended: false };
let step = 0, newer = "", reloading = false;

const serverNow = (now) => known.heard === null ? Date.now() : known.beatAt + (now - known.heard);

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show() {
  const now = performance.now();
  const { state, since: truth } = judge({ ...known, now });
  if (lost.dataset.state !== state) lost.dataset.state = state;
  if (state === "live") {
    if (!lost.hidden) lost.hidden = true;
  } else {
    if (lost.hidden) lost.hidden = false;
    say(what, WORDS[state][0]);
    say(why, WORDS[state][1]);
    const age = truth === null ? "" : `, ${span((serverNow(now) - truth) / 1000)} ago`;
    say(since, truth === null ? "" : `Last truth ${told(truth)}${age}`);
  }
  say(clock, told(serverNow(now), false).split(" ")[0]);
  if (newer && now > FRESH) renew();
}

document.addEventListener("live:beat", ({ detail: { beat, watcher, version } }) => {
  const watcherAt = watcher.beat_at === null ? null : Date.parse(watcher.beat_at);
  // The heart beats when the watcher did: a server that only repeats itself shows none.
  if (watcherAt !== known.watcherAt && beats.length) {
    beats[step].removeAttribute("class");
    step = (step + 1) % beats.length;
    beats[step].setAttribute("class", "is-last");
  }
  Object.assign(known, { heard: performance.now(), beatAt: Date.parse(beat), watcherAt, ended: false });
  newer = version && version !== body.dataset.wallVersion ? version : "";
  show();
});

document.addEventListener("live:drawn", ({ detail: { gone, trouble } }) => {
  if (gone || trouble) known.troubledSince ??= performance.now();
  else known.troubledSince = null;
  show();
});

document.addEventListener("live:over", () => {
  known.ended = true;
  // Dark means dark: not even the page's memory keeps what it showed.
  document.getElementById("main").replaceChildren();
  show();
  const enter = body.dataset.wallScreen;
  if (enter) setTimeout(() => location.replace(enter), FAREWELL);
});

// A newer server draws newer pages: load it once, and only when it is sure to answer.
async function renew() {
  const [version, at] = (sessionStorage.getItem("wall-renewed") ?? "").split(" ");
  if (reloading || (version === newer && Date.now() - Number(at) < AGAIN)) return;
  reloading = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (!answer.ok) return;
    sessionStorage.setItem("wall-renewed", `${newer} ${Date.now()}`);
    location.reload();
  } catch {
    // Not yet: the next second tries again.
  } finally {
    reloading = false;
  }
}

let touched = 0;
addEventListener("pointermove", () => {
  body.classList.add("wall--touched");
  clearTimeout(touched);
  touched = setTimeout(() => body.classList.remove("wall--touched"), 4_000);
});
document.addEventListener("zone", show);
setInterval(show, 1_000);
show();
