// Lays the tree out: every box stays where it is in the nested lists, and only gets a place. Scrolling pans.
import { hierarchy, tree } from "../vendor/d3-hierarchy.js";

const WIDTH = 240, HEIGHT = 52, COUNT = 28, APART = 8, BESIDE = 56, EDGE = 16; // px, as topology.css has them
const section = document.querySelector(".topology"), view = section.querySelector("[data-topology]");
const canvas = view.firstElementChild, list = section.querySelector("[data-topology-list]");
const narrow = matchMedia("(max-width: 759px)"), print = matchMedia("print");
const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
lines.classList.add("topology__lines");
lines.setAttribute("aria-hidden", "true");
lines.append(document.createElementNS(lines.namespaceURI, "path"));
canvas.append(lines);
let scale = 1, asList = false, size = [0, 0];

const items = (item) => [...item.querySelectorAll(":scope > ul > li:not([hidden])")];
const boxOf = (item) => item.querySelector(":scope > .box, :scope > .tree__root > .box");
const nameOf = (item) => boxOf(item)?.querySelector(".box__name");
const top_ = canvas.querySelector(".tree > li");

function lay() {
  const laid = !asList && !narrow.matches && !print.matches;
  section.classList.toggle("is-laid", laid);
  section.querySelector("[data-topology-tools]").hidden = narrow.matches;
  const root = hierarchy(top_, (item) => items(item).filter(boxOf));
  if (!laid) {
    root.each(({ data }) => boxOf(data)?.removeAttribute("style"));
    canvas.removeAttribute("style");
    rove();
    return;
  }
  const high = ({ data }) => boxOf(data).classList.contains("box--count") ? COUNT : HEIGHT;
  tree().nodeSize([1, WIDTH + BESIDE]).separation((a, b) => (high(a) + high(b)) / 2 + (a.parent === b.parent ? APART : 2 * APART))(root);
  if (root.children) root.x = root.children[0].x; // beside the worst, which stands on top, where reading begins
  const all = root.descendants();
  const least = Math.min(...all.map((one) => one.x - high(one) / 2));
  for (const one of all) {
    one.top = one.x - least - high(one) / 2 + EDGE;
    boxOf(one.data).style.transform = `translate(${one.y + EDGE}px, ${one.top}px)`;
  }
  size = [Math.max(...all.map((one) => one.y)) + WIDTH + 2 * EDGE, Math.max(...all.map((one) => one.top + high(one))) + EDGE];
  lines.setAttribute("width", size[0]);
  lines.setAttribute("height", size[1]);
  lines.firstChild.setAttribute("d", root.links().map(({ source, target }) => {
    const [x, y] = [source.y + EDGE + WIDTH, source.top + high(source) / 2], [to, at] = [target.y + EDGE, target.top + high(target) / 2];
    return `M${x},${y}C${(x + to) / 2},${y} ${(x + to) / 2},${at} ${to},${at}`;
  }).join(""));
  zoom(scale);
  rove();
}

// The scrolled room is that of what is drawn, so the canvas itself has the size that it has on the screen.
function zoom(to, [x, y] = [0, 0]) {
  const before = scale;
  scale = Math.min(2, Math.max(0.15, to));
  canvas.style.transform = `scale(${scale})`;
  canvas.style.width = `${size[0]}px`;
  canvas.style.height = `${size[1]}px`;
  canvas.style.marginRight = `${size[0] * (scale - 1)}px`;
  canvas.style.marginBottom = `${size[1] * (scale - 1)}px`;
  view.scrollLeft = (view.scrollLeft + x) * scale / before - x;
  view.scrollTop = (view.scrollTop + y) * scale / before - y;
}

function fit() {
  zoom(Math.min(1, view.clientWidth / size[0], view.clientHeight / size[1]));
}

// One stop for the tab key; arrows walk from there, as in every tree.
let current = null;
const visible = () => [...canvas.querySelectorAll("li:not([hidden])")].filter((item) => nameOf(item));

function rove() {
  const every = visible();
  if (!every.includes(current)) current = every[0] ?? null;
  for (const item of every) nameOf(item).tabIndex = item === current ? 0 : -1;
}

function walk(to) {
  if (!to) return;
  current = to;
  rove();
  nameOf(to).focus({ preventScroll: true });
  boxOf(to).scrollIntoView({ block: "nearest", inline: "nearest" });
}

canvas.addEventListener("focusin", ({ target }) => {
  const item = target.closest("li");
  if (item && item !== current) { current = item; rove(); }
});
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !current) return;
  const every = visible(), at = every.indexOf(current);
  const steps = {
    ArrowDown: () => every[at + 1], ArrowUp: () => every[at - 1], Home: () => every[0], End: () => every.at(-1),
    ArrowRight: () => items(current).find(nameOf), ArrowLeft: () => current.parentElement.closest("li"),
  };
  if (event.key === "+" || event.key === "-") zoom(scale * (event.key === "+" ? 1.25 : 0.8));
  else if (event.key in steps) walk(steps[event.key]());
  else return;
  event.preventDefault();
});

section.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-topology-zoom]");
  if (button) button.dataset.topologyZoom === "fit" ? fit() : zoom(scale * Number(button.dataset.topologyZoom));
});
list.addEventListener("click", () => {
  asList = !asList;
  list.setAttribute("aria-pressed", asList);
  lay();
});
view.addEventListener("wheel", (event) => {
  if (!event.ctrlKey || !section.classList.contains("is-laid")) return;
  event.preventDefault();
  const place = view.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), [event.clientX - place.left, event.clientY - place.top]);
}, { passive: false });

let held = null;
view.addEventListener("pointerdown", (event) => {
  if (event.button || event.pointerType === "touch" || event.target.closest("a, button") || !section.classList.contains("is-laid")) return;
  held = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
  view.setPointerCapture(event.pointerId);
  view.classList.add("is-dragged");
});
view.addEventListener("pointermove", (event) => {
  if (held) [view.scrollLeft, view.scrollTop] = [held[0] - event.clientX, held[1] - event.clientY];
});
for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, () => { held = null; view.classList.remove("is-dragged"); });

for (const query of [narrow, print]) query.addEventListener("change", lay);
document.addEventListener("live:drawn", lay);
lay();
