// A form beside its YAML and its preview: the YAML follows what is typed, and a preview of something else cannot be
// confirmed. All of it works without this, at a click each.
const form = document.getElementById("ask");
const PAUSE = 400;
let timer = 0;
let newest = 0;

const describe = async () => {
  const mine = ++newest;
  const answer = await fetch(form.dataset.askYaml, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer?.ok || mine !== newest) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const drawn = page.getElementById("yaml");
  if (!drawn) return;
  for (const button of drawn.querySelectorAll("button.copy")) button.hidden = false;
  document.getElementById("yaml")?.replaceWith(drawn);
  follow(page);
};

// The box for YAML follows as well, unless somebody writes in it: then the server says that both were changed.
const follow = (page) => {
  const box = document.getElementById("yaml-box");
  const now = page.getElementById("yaml-box");
  if (!box || !now || box.value !== box.defaultValue) return;
  box.value = box.defaultValue = now.defaultValue;
  box.dispatchEvent(new Event("pane:value"));
  document.querySelector("[data-yaml-was]").value = page.querySelector("[data-yaml-was]").value;
};

const stale = () => {
  for (const button of document.querySelectorAll("[data-ask-send]")) button.disabled = true;
  for (const word of document.querySelectorAll("[data-ask-stale]")) word.hidden = false;
};

form?.addEventListener("input", (event) => {
  // A name that is typed to confirm changes nothing of what was tried.
  if (event.target.dataset.askConfirms !== undefined) return;
  stale();
  clearTimeout(timer);
  if (form.dataset.askYaml) timer = setTimeout(describe, PAUSE);
});

// The second of two clicks would only ask for the same again: the page says that it is at work.
form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[aria-busy]")) { button.disabled = false; button.removeAttribute("aria-busy"); }
});
