// Too many tiles for this screen: a page of them at a time, in the order in which they stand. It turns by itself until
// somebody looks closer. Who wants no motion, or has lines enough (4K), sees all at once.
const TURN = 20_000, LOOKED_AT = 90_000; // milliseconds
const LINES = 1_600; // of the screen: from here on even the smallest tile is read
const WORST = ["failed", "contradicted", "degraded", "unknown", "deleting", "progressing", "paused", "validated", "ready"];

const tiles = document.getElementById("wall-tiles");
const pager = document.querySelector("[data-wall-pages]");
const [hold, words, dots] = ["hold", "page", "dots"].map((name) => pager.querySelector(`[data-wall-${name}]`));
const still = matchMedia("(prefers-reduced-motion: reduce)"), phone = matchMedia("(max-width: 640px)");
const sheet = new CSSStyleSheet(); // tiles are redrawn as the server has them: which of them show is not theirs to say
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
let at = 0, held = false, looked = -LOOKED_AT, turned = performance.now();

function worst(some) {
  const of = (tile) => WORST.findIndex((name) => tile.classList.contains(`h-${name}`) || tile.classList.contains(`ill-${name}`));
  return WORST[Math.min(...some.map(of).map((place) => place < 0 ? WORST.length - 1 : place))];
}

function draw() {
  const shape = document.getElementById("wall-shape");
  shape.dataset.whole ??= shape.className;
  const size = Number(shape.dataset.pageSize ?? 0), all = [...tiles.children].filter((tile) => !tile.hidden);
  const paged = size > 0 && innerHeight * devicePixelRatio < LINES && !still.matches && !phone.matches;
  if (pager.hidden === paged) pager.hidden = !paged;
  const wanted = paged ? shape.dataset.pageShape : shape.dataset.whole;
  if (shape.className !== wanted) shape.className = wanted;
  if (!paged) return sheet.replaceSync("");
  const pages = Math.ceil(all.length / size);
  at = (at + pages) % pages;
  sheet.replaceSync(`#wall-tiles > :not(:nth-child(n + ${at * size + 1}):nth-child(-n + ${(at + 1) * size})) { display: none; }`);
  words.textContent = `Page ${at + 1} of ${pages}`;
  while (dots.children.length > pages) dots.lastChild.remove();
  while (dots.children.length < pages) dots.append(dot());
  [...dots.children].forEach((one, page) => {
    const health = worst(all.slice(page * size, (page + 1) * size));
    one.className = `wall__dot h-${health}`;
    one.setAttribute("aria-label", `Page ${page + 1}, ${health}`);
    if (page === at) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  });
}

function dot() {
  const made = document.createElement("button");
  made.type = "button";
  made.addEventListener("click", () => turn([...dots.children].indexOf(made)));
  return made;
}

function turn(page) {
  at = page;
  turned = performance.now();
  draw();
}

const look = () => { looked = performance.now(); };
hold.addEventListener("click", () => {
  held = !held;
  hold.setAttribute("aria-pressed", held);
  hold.textContent = held ? "Go on" : "Stop";
  if (!held) looked = -LOOKED_AT;
});
addEventListener("pointermove", look);
addEventListener("keydown", ({ key }) => {
  look();
  const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[key];
  if (step && !pager.hidden) turn(at + step);
});
setInterval(() => {
  const now = performance.now();
  if (!held && !pager.hidden && now - looked > LOOKED_AT && now - turned > TURN) turn(at + 1);
}, 1_000);
addEventListener("resize", draw);
still.addEventListener("change", draw);
document.addEventListener("live:drawn", draw);
draw();
