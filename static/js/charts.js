// Charts: a line and the values under the pointer (or the arrow keys), and a legend that toggles.
// Everything is listened for on the document, for charts come and go; what was toggled off outlives a redraw.
import { clock, day } from "./pane.js";

const hidden = new Map(); // chart → names of the series that were toggled off
const REFRESH = 60_000; // milliseconds
const chartOf = (element) => element.closest?.("[data-chart]");
const dataOf = (chart) => chart.facts ??= JSON.parse(chart.querySelector("script[type='application/json']")?.textContent ?? "null");

function wake(root) {
  for (const chart of root.querySelectorAll("[data-chart]")) {
    for (const key of chart.querySelectorAll("[data-toggle]")) key.disabled = false;
    const plot = chart.querySelector("[data-chart-plot]");
    if (plot && !plot.hasAttribute("tabindex") && dataOf(chart)) {
      plot.tabIndex = 0;
      plot.setAttribute("role", "slider");
      plot.setAttribute("aria-label", `${chart.querySelector("h3").textContent}: moment`);
      plot.setAttribute("aria-valuemin", "0");
      plot.setAttribute("aria-valuemax", String(dataOf(chart).count - 1));
      name(plot, dataOf(chart).count - 1, dataOf(chart));
    }
    show(chart);
  }
}

function name(plot, at, facts) {
  plot.setAttribute("aria-valuenow", String(at));
  plot.setAttribute("aria-valuetext", [moment(facts, at), ...values(facts, at).map((one) => `${one.name} ${one.text}`)].join(", "));
}

const moment = ({ start, step, days }, place) => {
  const at = (start + place * step) * 1000;
  return days ? `${day(at)} ${clock(at, false)}` : clock(at, false);
};
// As Scale.tell says it in the table below.
function say({ by, digits, whole, suffix }, value) {
  if (value == null) return "no data";
  const shown = value / by, fine = whole && Number.isInteger(shown) ? 0 : digits;
  return shown.toLocaleString("en", { minimumFractionDigits: fine, maximumFractionDigits: fine }) + (suffix && !(whole && by === 1) ? ` ${suffix}` : "");
}
const values = (facts, at, off = new Set()) => facts.lines.filter(({ name }) => !off.has(name))
  .map(({ name, style, points }) => ({ name: name || facts.title, style, value: points[at], text: say(facts, points[at]) }));

const SVG = "http://www.w3.org/2000/svg";

// The line at a moment, and beside it what every series was then; the largest first, at most ten.
function point(plot, at) {
  const chart = chartOf(plot), facts = dataOf(chart);
  if (!facts?.count) return;
  at = Math.min(Math.max(at, 0), facts.count - 1);
  const svg = plot.firstElementChild;
  let line = svg.querySelector(".chart__cursor");
  if (!line) {
    line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "chart__cursor");
    line.setAttribute("y2", "100%");
    svg.append(line);
  }
  const share = facts.count > 1 ? at / (facts.count - 1) : 0.5;
  for (const end of ["x1", "x2"]) line.setAttribute(end, `${100 * share}%`);
  let box = plot.querySelector(".chart__box");
  if (!box) {
    box = document.createElement("div");
    box.className = "chart__box";
    box.setAttribute("aria-hidden", "true");
    plot.append(box);
  }
  const told = values(facts, at, hidden.get(chart.dataset.chart)).sort((one, other) => (other.value ?? -Infinity) - (one.value ?? -Infinity));
  box.replaceChildren(text("b", moment(facts, at)), ...told.slice(0, 10).map(({ name, style, text: said }) => {
    const row = text("span", "");
    row.className = "chart__told";
    const key = document.createElement("i");
    key.className = `s-${style}`;
    row.append(key, text("span", name), text("b", said));
    return row;
  }), ...(told.length > 10 ? [text("span", `and ${told.length - 10} more`)] : []));
  box.classList.toggle("chart__box--left", share > 0.5);
  box.style.left = share > 0.5 ? "auto" : `calc(${100 * share}% + .5rem)`;
  box.style.right = share > 0.5 ? `calc(${100 * (1 - share)}% + .5rem)` : "auto";
  plot.at = at;
  if (plot.hasAttribute("tabindex")) name(plot, at, facts);
}

function text(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}

function leave(plot) {
  plot.querySelector(".chart__cursor")?.remove();
  plot.querySelector(".chart__box")?.remove();
}

function show(chart) {
  const off = hidden.get(chart.dataset.chart) ?? new Set();
  for (const line of chart.querySelectorAll("[data-series]")) line.toggleAttribute("data-off", off.has(line.dataset.series));
  for (const key of chart.querySelectorAll("[data-toggle]")) key.setAttribute("aria-pressed", String(!off.has(key.dataset.toggle)));
}

document.addEventListener("pointermove", (event) => {
  const plot = event.target.closest?.("[data-chart-plot]");
  if (!plot) return;
  const facts = dataOf(chartOf(plot)), box = plot.getBoundingClientRect();
  if (facts) point(plot, Math.round((event.clientX - box.left) / box.width * (facts.count - 1)));
});
document.addEventListener("pointerout", (event) => {
  const plot = event.target.closest?.("[data-chart-plot]");
  if (plot && !plot.contains(event.relatedTarget)) leave(plot);
});
document.addEventListener("focusout", (event) => { if (event.target.matches?.("[data-chart-plot]")) leave(event.target); });
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-chart-plot]")) return;
  const plot = event.target, last = dataOf(chartOf(plot)).count - 1, at = plot.at ?? last, page = Math.ceil(last / 10);
  const to = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, PageDown: at - page, PageUp: at + page, Home: 0, End: last,
  }[event.key];
  if (event.key === "Escape") leave(plot);
  if (to === undefined) return;
  event.preventDefault();
  point(plot, to);
});
// A click toggles one series; with Shift, it alone is left, or all come back.
document.addEventListener("click", (event) => {
  const key = event.target.closest?.("[data-toggle]");
  if (!key) return;
  const chart = chartOf(key), all = [...chart.querySelectorAll("[data-toggle]")].map((one) => one.dataset.toggle);
  const off = hidden.get(chart.dataset.chart) ?? new Set(), name = key.dataset.toggle;
  let now = new Set(off);
  if (event.shiftKey) now = off.size === all.length - 1 && !off.has(name) ? new Set() : new Set(all.filter((one) => one !== name));
  else if (!now.delete(name)) now.add(name);
  hidden.set(chart.dataset.chart, now);
  show(chart);
});

document.addEventListener("htmx:afterSwap", (event) => { event.target.heard = true; wake(event.target); });
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const says = event.target.querySelector?.("[data-lazy-says]");
    if (says) says.textContent = "Pane itself did not answer. It is asked again in a minute.";
    if (event.target.matches?.("[data-lazy]")) event.target.heard = true;
  });
}
// What is on the screen is asked for anew each minute; the server answers from a short memory.
setInterval(() => {
  if (document.hidden) return;
  for (const slot of document.querySelectorAll("[data-lazy]")) {
    const { top, bottom } = slot.getBoundingClientRect();
    if (slot.heard && bottom > 0 && top < innerHeight && !slot.contains(document.activeElement)) globalThis.htmx?.trigger(slot, "pane:refresh");
  }
}, REFRESH);
wake(document);
