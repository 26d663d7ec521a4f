// One tick for all rows of a list that are shown, and how many are ticked. Without this each is ticked by itself.
const all = document.querySelector("[data-choose-all]");
const said = document.querySelector("[data-chosen]");
const boxes = () => [...document.querySelectorAll('input[name="chosen"]')];

const count = () => {
  const ticked = boxes().filter((box) => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
  if (said) said.textContent = ticked ? `${ticked} chosen.` : said.dataset.chosen;
};

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; count(); });
  document.addEventListener("change", (event) => { if (event.target.name === "chosen") count(); });
  count();
}
