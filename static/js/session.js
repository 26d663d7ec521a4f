// A page whose session ended says so within a beat, and keeps what was typed, but what is secret: nothing is sent that
// would be lost, and after signing in here or in another tab the page goes on where it was.
const BEAT = 10_000, FRESH = 2_000; // milliseconds
const banner = document.querySelector("[data-session]");
const words = banner?.querySelector("[data-session-words]");
const offer = banner?.querySelector("[data-sign-in]");
const dialog = document.getElementById("sign-in-here");
let held = null; // the button that was pressed when the session was over: it is pressed again
const me = banner?.dataset.session;
let state = "in", checkedAt = performance.now();

const SAID = {
  out: "You are signed out. What you typed stays here, but what is secret: sign in again, then go on.",
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
  if (state === "out") { forget(); tell("ended"); }
  if (state === "in" && before !== "silent") { tell("renewed"); goOn(); }
}

// Whoever comes to this screen next need not be who typed it.
function forget() {
  for (const box of document.querySelectorAll("[data-secret], input[type=password]")) box.value = "";
}

function goOn() {
  const button = held;
  held = null;
  if (!dialog.open) return;
  dialog.close();
  if (button?.isConnected) button.form.requestSubmit(button);
}

// The sign-in page as it is, in a dialog: password, second factor, what is wrong. Its scripts do not come with it.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html").querySelector(".sign-in");
  if (!page) return false;
  for (const dead of page.querySelectorAll("script, h1, form:has([data-passkey])")) dead.remove();
  const name = page.querySelector("[name=username]");
  if (name) name.value = me;
  dialog.querySelector(".dialog__body").replaceChildren(page);
  if (!dialog.open) dialog.showModal();
  page.querySelector("[type=password], [name=code]")?.focus();
  return true;
}

async function signInHere() {
  const answer = await fetch(offer.dataset.signIn).catch(() => null);
  if (!answer?.ok || !show(await answer.text())) await look(); // somebody is signed in by now, or nobody answers
}

async function signIn(event) {
  const form = event.target;
  if (form.method !== "post" || form.action.includes("/sign-in/by/")) {
    form.target = form.method === "post" ? "_blank" : ""; // a provider's own page comes in a tab of its own
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer || !show(await answer.text())) await look();
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
  if (dialog.contains(form)) return signIn(event);
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (state === "in" && performance.now() - checkedAt < FRESH) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  now(await check());
  if (state === "in") return form.requestSubmit(button);
  if (state === "out") held = button;
  banner.scrollIntoView({ block: "nearest" });
  banner.focus({ preventScroll: true });
}

if (me) {
  offer.addEventListener("click", signInHere);
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
