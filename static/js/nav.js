// Keys and small comforts: Escape and a click elsewhere close an open filter, a filter form applies itself when a choice
// changes, the current navigation entry is in view.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.facet[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.facet[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-apply-on-change]") || !event.target.matches("select, input[type=checkbox]")) return;
  const { name, value } = event.target;
  if (event.target.closest("details.facet")) sessionStorage.setItem("chosen", JSON.stringify([name, value]));
  form.requestSubmit();
});

// Who chooses one value of a filter may want a second: it is open again on the page that the first one led to.
const [chosenName, chosenValue] = JSON.parse(sessionStorage.getItem("chosen") ?? "[]");
sessionStorage.removeItem("chosen");
for (const box of document.querySelectorAll("details.facet input[type=checkbox]")) {
  if (box.name !== chosenName || box.value !== chosenValue) continue;
  box.closest("details").open = true;
  box.focus({ preventScroll: true });
}

// An empty field says nothing: keep it out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.filters")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form.filters :disabled")) field.disabled = false;
});

document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// An address that points into something folded opens it; browsers do not all do so themselves.
function unfold() {
  for (let at = document.getElementById(decodeURIComponent(location.hash.slice(1))); at; at = at.parentElement) {
    if (at.matches("details")) at.open = true;
  }
}
addEventListener("hashchange", unfold);
unfold();
