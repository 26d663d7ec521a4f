// Live lists: rows change in place at once, order and membership when the reader asks for them (hold) or at once (auto).
// Children of the list's element that have an id are its members; others (headings, say) stay where they are.
import { parse } from "./morph.js";

const lists = new Map(); // id of the list → { order: the ids last heard of, paused }
const waiting = new Map(); // id → html of a member that is not on the page yet

export const keep = (id, html) => waiting.set(id, html);

const stateOf = (id) => lists.get(id) ?? lists.set(id, { order: null, paused: false }).get(id);
const elementOf = (id) => document.getElementById(id);
const members = (list) => [...list.children].filter((child) => child.id);
const all = (name, id) => document.querySelectorAll(`[data-live-${name}="${CSS.escape(id)}"]`);

// All lists of a message at once: what one of them has no use for may be another's.
export function order(orders, arrived) {
  for (const [id, ids] of Object.entries(orders)) stateOf(id).order = ids;
  for (const id of Object.keys(orders)) {
    if (elementOf(id)?.dataset.liveList === "auto" && !stateOf(id).paused) apply(id, arrived);
    else show(id);
  }
  for (const member of waiting.keys()) if (!heardOf(member)) waiting.delete(member);
}

function apply(id, arrived) {
  const list = elementOf(id);
  const { order } = stateOf(id);
  if (!list || !order) return;
  const wanted = new Set(order);
  const focused = document.activeElement;
  for (const row of members(list)) if (!wanted.has(row.id)) row.remove();
  const present = new Map(members(list).map((row) => [row.id, row]));
  let at = list.firstElementChild;
  for (const member of order) {
    while (at && !at.id) at = at.nextElementSibling;
    const row = present.get(member) ?? fresh(member, arrived);
    if (!row) continue;
    row.removeAttribute("data-left");
    if (row === at) at = at.nextElementSibling;
    else list.insertBefore(row, at);
  }
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  show(id);
}

function fresh(member, arrived) {
  const html = waiting.get(member);
  if (html === undefined) return null;
  waiting.delete(member);
  const row = parse(html);
  arrived(row);
  return row;
}

const heardOf = (member) => [...lists.values()].some((state) => state.order?.includes(member));

// What differs between the page and what was last heard: says so on the list's button, marks the rows that left.
function show(id) {
  const list = elementOf(id);
  const { order } = stateOf(id);
  if (!list || !order) return;
  const shown = members(list).map((row) => row.id);
  const wanted = new Set(order);
  for (const row of members(list)) row.toggleAttribute("data-left", !wanted.has(row.id));
  const common = shown.filter((member) => wanted.has(member));
  const joined = order.filter((member) => waiting.has(member)).length;
  const moved = common.length - inOrder(common, order);
  const left = shown.length - common.length;
  const count = list.dataset.liveList === "auto" ? joined : joined + moved + left;
  for (const button of all("news", id)) {
    button.hidden = count === 0;
    const number = button.querySelector("[data-live-count]") ?? button;
    number.textContent = String(count);
    button.querySelector("[data-live-plural]")?.toggleAttribute("hidden", count === 1);
  }
}

// How many can stay where they are: the longest run that is in order already.
function inOrder(common, order) {
  const place = new Map(order.map((member, index) => [member, index]));
  const ends = [];
  for (const member of common) {
    const index = place.get(member);
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] < index) low = middle + 1; else high = middle;
    }
    ends[low] = index;
  }
  return ends.length;
}

export function listen(arrived) {
  for (const button of document.querySelectorAll("[data-live-pause]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const news = event.target.closest?.("[data-live-news]");
    if (news) apply(news.dataset.liveNews, arrived);
    const pause = event.target.closest?.("[data-live-pause]");
    if (pause) toggle(pause.dataset.livePause, arrived);
  });
}

function toggle(id, arrived) {
  const state = stateOf(id);
  state.paused = !state.paused;
  for (const button of all("pause", id)) {
    button.setAttribute("aria-pressed", String(state.paused));
    const word = button.querySelector("[data-live-pause-word]");
    if (word) word.textContent = state.paused ? "Resume" : "Pause";
  }
  if (!state.paused) apply(id, arrived);
}
