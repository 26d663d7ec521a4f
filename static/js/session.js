// A page whose session ended says so within a beat, and keeps what was typed: nothing is sent that would be lost, and
// after a sign-in in another tab the page goes on where it was.
const BEAT = 10_000, FRESH = 2_000; // milliseconds
const banner = document.querySelector("[data-session]");
const words = banner?.querySelector("[data-session-words]");
const me = banner?.dataset.session;
let state = "in", checkedAt = performance.now();

const SAID = {
  out: "You are signed out. What you typed stays here: sign in again in another tab, then go on.",
  other: "Somebody else is signed in here by now. Copy what you typed, and reload this page.",
  silent: "Pane does not answer. Nothing was sent, and what you typed stays here: try again in a moment.",
};

const tell = (what) => document.dispatchEvent(new CustomEvent(`session:${what}`));

function now(next) {
  if (next === state) return;
  const before = state;
  state = next;
  banner.hidden = state === "in";
  banner.dataset.state = state;
  if (state !== "in") words.textContent = SAID[state];
  if (state === "out") tell("ended");
  if (state === "in" && before !== "silent") tell("renewed");
}

// Each form carries the token of the sign-in that it was opened with; another one may have taken its place unseen.
function renew(token) {
  for (const box of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) box.value = token;
}

async function check() {
  const answer = await fetch(banner.dataset.sessionUrl, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return "silent";
  const { name, csrf } = await answer.json();
  checkedAt = performance.now();
  if (name === me) renew(csrf);
  return name === me ? "in" : name ? "other" : "out";
}

async function look() {
  const found = await check();
  if (found !== "silent" || state === "silent") now(found); // of a server that is away, live.js speaks
}

async function submit(event) {
  const form = event.target, button = event.submitter;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (state === "in" && performance.now() - checkedAt < FRESH) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  now(await check());
  if (state === "in") return form.requestSubmit(button);
  banner.scrollIntoView({ block: "nearest" });
  banner.focus({ preventScroll: true });
}

if (me) {
  document.addEventListener("submit", submit, true); // before anybody else hears of it
  document.addEventListener("pane:signed-out", () => now("out")); // what a fragment was answered
  document.addEventListener("live:over", look);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  // Where a socket is open, it is what tells.
  setInterval(() => {
    if (!document.hidden && (state !== "in" || !document.body.dataset.liveCursor)) look();
  }, BEAT);
}
