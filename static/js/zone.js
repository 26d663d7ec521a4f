// Times. The server says every moment in UTC and labels it so; who chose the zone of their device reads it there, labelled
// as well, and a tooltip gives both. What clusters said in their own form (2026-11-30T09:40:00Z) is left as they said it.
import { now } from "./ages.js";

const KEY = "zone", LOCAL = "local", FORMS = "pre, code, textarea, input, select, option, script, style, [data-as-is]";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DATE = String.raw`(?:(?<weekday>[A-Z][a-z]+day), )?(?<day>\d{1,2}) (?<month>[A-Z][a-z]{2,8})(?: (?<year>\d{4}))? |(?<iso>\d{4}-\d\d-\d\d) `;
const MOMENT = String.raw`(?:${DATE})?(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))?`;
const plain = MOMENT.replaceAll(/\?<\w+>/g, "?:");
const LABELLED = new RegExp(`${plain}(?:(?: to | and |–)${plain})? UTC`, "g"), ONE = new RegExp(MOMENT, "g"), ALONE = new RegExp(`^${MOMENT}$`), DAY = /^\d{1,2} [A-Z][a-z]{2}$/;

const part = (options) => new Intl.DateTimeFormat("en-GB", options);
const named = part({ timeZoneName: "short" });
const label = (at) => named.formatToParts(at).find(({ type }) => type === "timeZoneName").value;
const two = (number) => String(number).padStart(2, "0");

let local = document.cookie.split("; ").includes(`${KEY}=${LOCAL}`);
const said = new WeakMap(); // text node → what the server said in it, and what we made of that

// The moment that a match speaks of. A time without a day is the last one that was so, of a day without a year likewise.
function read(groups, near) {
  const day = groups.iso ?? "";
  const at = new Date(near);
  if (day) at.setUTCFullYear(...day.split("-").map((number, place) => Number(number) - (place === 1)));
  else if (groups.month) at.setUTCFullYear(Number(groups.year ?? at.getUTCFullYear()), MONTHS.indexOf(groups.month.slice(0, 3)), Number(groups.day));
  at.setUTCHours(Number(groups.hour), Number(groups.minute), Number(groups.second ?? 0), 0);
  if (!day && !groups.month && at - near > 60_000) at.setUTCDate(at.getUTCDate() - 1);
  return at;
}

// The same in the zone of this device, with as much of it as was said.
function tell(at, groups) {
  let day = "";
  if (groups.iso) day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `;
  else if (groups.month) {
    const month = groups.month.length > 3 ? part({ month: "long" }).format(at) : MONTHS[at.getMonth()];
    day = `${groups.weekday ? `${part({ weekday: "long" }).format(at)}, ` : ""}${at.getDate()} ${month} ${groups.year ? `${at.getFullYear()} ` : ""}`;
  }
  return `${day}${two(at.getHours())}:${two(at.getMinutes())}${groups.second ? `:${two(at.getSeconds())}` : ""}`;
}

function translated(text, near) {
  return text.replaceAll(LABELLED, (whole) => {
    let last = null;
    const moved = whole.replace(/ UTC$/, "").replaceAll(ONE, (...found) => {
      const groups = found.at(-1);
      last = read(groups, near);
      return tell(last, groups);
    });
    return `${moved} ${label(last)}`;
  });
}

// Both, for a tooltip.
export function both(at) {
  const utc = at.toISOString();
  return `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC · ${tell(at, { iso: "y", second: "y" })} ${label(at)}`;
}

// A time of day as this page says it: for what a script tells by itself.
export function clock(at, seconds = true) {
  at = new Date(at);
  return local ? `${tell(at, seconds ? { second: "y" } : {})} ${label(at)}` : `${at.toISOString().slice(11, seconds ? 19 : 16)} UTC`;
}

export function day(at) {
  at = new Date(at);
  return local ? tell(at, { iso: "y" }).slice(0, 10) : at.toISOString().slice(0, 10);
}

function moment(element) {
  const at = element?.closest("time[datetime], [data-at]");
  const text = at && (at.getAttribute("datetime") ?? at.dataset.at);
  return text && !Number.isNaN(Date.parse(text)) ? new Date(text) : null;
}

function one(node) {
  const known = said.get(node);
  if (known && node.data === known.made) {
    if (local) return;
    node.data = known.was;
    said.delete(node);
    return;
  }
  if (!local || node.parentElement?.closest(`${FORMS}, [data-age]`)) return;
  const own = moment(node.parentElement), alone = own && ALONE.exec(node.data.trim());
  const made = alone ? tell(own, alone.groups) : own && DAY.test(node.data.trim()) ? `${own.getDate()} ${MONTHS[own.getMonth()]}` : node.data.includes(" UTC") ? translated(node.data, own ?? new Date(now())) : node.data;
  if (made === node.data) return;
  said.set(node, { was: node.data, made });
  node.data = made;
}

function all(root) {
  if (root.nodeType === Node.TEXT_NODE) return one(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) one(walker.currentNode);
  for (const element of root.querySelectorAll?.("[data-zone]") ?? []) zone(element);
}

function zone(element) {
  const text = local ? label(new Date(now())) : "UTC";
  if (element.textContent !== text) element.textContent = text;
}

// Where a tooltip can be: over a moment, or over words that hold one.
let tipped = null;
function tip({ target }) {
  const element = target.closest?.("time[datetime], [data-at]") ?? target;
  if (!element.getAttribute || element.closest(FORMS)) return;
  let at = moment(element);
  if (!at && !element.hasAttribute("title")) {
    const words = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((node) => said.get(node)?.was ?? node.data).join(" ");
    const found = words.includes(" UTC") && new RegExp(`${MOMENT} UTC`).exec(words);
    at = found ? read(found.groups, new Date(now())) : null;
  }
  if (!at) return;
  tipped = element;
  element.setAttribute("title", both(at));
}

const buttons = document.querySelectorAll("[data-zone-toggle]");

function show() {
  const here = label(new Date(now()));
  for (const button of buttons) {
    button.hidden = false;
    button.querySelector("[data-zone]").textContent = local ? here : "UTC";
    button.title = local ? `Times are those of this device (${here}). Show UTC` : `Times are UTC. Show those of this device (${here})`;
    button.setAttribute("aria-label", button.title);
  }
  all(document.body);
  document.dispatchEvent(new CustomEvent("zone"));
}

for (const button of buttons) button.addEventListener("click", () => {
  local = !local;
  document.cookie = `${KEY}=${local ? LOCAL : ""}; path=/; max-age=${local ? 31536000 : 0}; samesite=lax`;
  show();
});

new MutationObserver((changes) => {
  for (const { type, target, addedNodes } of changes) {
    // News that come while the pointer rests take along a tooltip that the server did not send.
    if (type === "attributes") target === tipped && !target.hasAttribute("title") && tip({ target });
    else if (!local) continue;
    else if (type === "characterData") one(target);
    else for (const node of addedNodes) all(node);
  }
}).observe(document.body, { childList: true, characterData: true, subtree: true, attributeFilter: ["title"] });
document.addEventListener("pointerover", tip);
document.addEventListener("focusin", tip);
show();
