// A form that holds something secret stays as it was typed: what the server says of it is put around it. So nobody has
// to paste a secret again to confirm a preview, and the page that comes back need not hold one.
const form = document.querySelector("form[data-untouched]");
const PAUSE = 400;
let timer = 0;
let newest = 0;

const put = (page) => {
  for (const said of document.querySelectorAll("[data-said]")) {
    const now = page.getElementById(said.id);
    if (now) said.replaceChildren(...now.childNodes);
  }
  for (const box of form.querySelectorAll("[id][name]")) {
    const described = page.getElementById(box.id)?.getAttribute("aria-describedby");
    if (described) box.setAttribute("aria-describedby", described);
    else box.removeAttribute("aria-describedby");
    box.toggleAttribute("aria-invalid", Boolean(document.getElementById(`said-${box.name}`)?.querySelector(".problem--error")));
  }
  for (const button of document.querySelectorAll("[data-said] button.copy")) button.hidden = false;
};

const awake = (button) => {
  button.removeAttribute("aria-busy");
  setTimeout(() => { button.disabled = false; });
};

const ask = async (button) => {
  const answer = await fetch(location.href, { method: "POST", body: new FormData(form, button) });
  if (answer.status === 401) {
    document.dispatchEvent(new CustomEvent("pane:signed-out"));
    return awake(button);
  }
  if (answer.redirected) return location.assign(answer.url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("form[data-untouched]")) throw new Error(`status ${answer.status}`);
  put(page);
  awake(button);
  const wrong = form.querySelector("[aria-invalid]");
  const shown = wrong ?? document.getElementById("preview");
  shown?.scrollIntoView({ block: "nearest" });
  shown?.focus({ preventScroll: true });
};

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || form.dataset.plain !== undefined) return;
  event.preventDefault();
  clearTimeout(timer);
  newest++;
  // Whatever goes wrong: the browser's own way still works, at the price of a second paste.
  ask(button).catch(() => {
    form.dataset.plain = "";
    awake(button);
    setTimeout(() => form.requestSubmit(button));
  });
});

// The YAML follows what is typed, and needs nothing secret for it.
const describe = async () => {
  if (!form.dataset.untouched) return; // this form shows none
  const mine = ++newest;
  const said = new FormData(form);
  for (const box of form.querySelectorAll("[data-secret]")) said.delete(box.name);
  const answer = await fetch(form.dataset.untouched, { method: "POST", body: said }).catch(() => null);
  if (!answer?.ok || mine !== newest) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("yaml");
  if (!drawn) return;
  for (const button of drawn.querySelectorAll("button.copy")) button.hidden = false;
  document.getElementById("yaml")?.replaceWith(drawn);
};

form?.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (event.target.dataset.secret === undefined) timer = setTimeout(describe, PAUSE);
});
