// Ctrl-K, or / : a palette of objects, pages and actions, by keyboard alone. The server says what is offered; only the
// addresses opened last are kept here, by name of the account. Without script the field of the header leads to /search/.
import { home, path } from "./home.js";

const OBJECT = /^\/(regions\/[^/]+|(deployments|credentials)\/[^/]+\/[^/]+)\/$/;
const MOST = 12;
const PAUSE = 80;

const account = document.querySelector("a.who")?.textContent ?? "";
const KEPT = `recent:${account}`;
const recent = () => JSON.parse(localStorage.getItem(KEPT) ?? "[]");
if (account && OBJECT.test(path())) {
  localStorage.setItem(KEPT, JSON.stringify([path(), ...recent().filter((one) => one !== path())].slice(0, MOST)));
}

const dialog = document.createElement("dialog");
dialog.className = "palette";
dialog.setAttribute("aria-label", "Go to, or do");
dialog.innerHTML = '<input type="search" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-label="An object, a page or an action" placeholder="An object, a page, or an action: scale orders-prod" autocomplete="off" spellcheck="false"><div class="palette__found" tabindex="0"></div><p class="palette__keys"><kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> closes</p>';
const [field, found] = dialog.children;
let asked = null;
let timer = 0;

const options = () => [...found.querySelectorAll("[role=option]")];
const choose = (option) => {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  field.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
};

const ask = async () => {
  asked?.abort();
  const { signal } = (asked = new AbortController());
  const query = new URLSearchParams([["q", field.value], ...(field.value.trim() ? [] : recent().map((one) => ["recent", one]))]);
  let html = null, why = "Pane does not answer.";
  try {
    const answer = await fetch(new URL(`search/palette/?${query}`, home()), { signal });
    if (answer.redirected) why = "You are signed out. Sign in, and try again.";
    else if (answer.ok) html = await answer.text();
  } catch {
    if (signal.aborted) return; // more was typed meanwhile, and asked
  }
  if (html === null) found.textContent = why;
  else {
    found.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
    choose(options()[0]);
  }
};

const open = () => {
  if (!account || dialog.open) return;
  if (!dialog.isConnected) document.body.append(dialog);
  dialog.showModal();
  field.select();
  ask();
};

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
field.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) }[event.key];
  if (to !== undefined && all.length) {
    event.preventDefault();
    choose(all[to]);
  }
  if (event.key === "Enter" && at >= 0) all[at].click();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

const typing = (element) => element.matches?.("input, textarea, select, [contenteditable], yaml-edit, yaml-view");
document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
  const letter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!account || !(slash || letter)) return;
  event.preventDefault();
  open();
});
