// Ages tick: <time datetime data-age> says how long ago, as kubectl would. Python says the same in templatetags/spans.py.
const MINUTE = 60, HOUR = 3600, two = (large, unit, small, smaller) => `${large}${unit}${small ? small + smaller : ""}`;

export function span(seconds) {
  seconds = Math.floor(Math.max(seconds, 0));
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  const minutes = Math.floor(seconds / MINUTE);
  if (minutes < 10) return two(minutes, "m", seconds % MINUTE, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(seconds / HOUR);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  if (days < 8 * 365) return two(Math.floor(days / 365), "y", days % 365, "d");
  return `${Math.floor(days / 365)}y`;
}

export function words(seconds, style) {
  if (seconds < -1) return `in ${span(-seconds)}`;
  return style === "ago" ? `${span(seconds)} ago` : span(seconds);
}

// The server's clock is the one that counts: a laptop that is wrong by minutes must not show ages that are.
const drawn = Date.parse(document.querySelector("meta[name=pane-now]")?.content ?? "");
const loaded = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
const ahead = drawn ? loaded - drawn : 0;

export const now = () => Date.now() - ahead;

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-age]")) {
    const text = words((now() - Date.parse(element.dateTime)) / 1000, element.dataset.age);
    if (element.textContent !== text) element.textContent = text;
  }
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
tick();
