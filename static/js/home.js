// Where Pane begins on this host, and the path of a page from there on: PANE_PATH may lie before it.
export function home() {
  return new URL(document.documentElement.dataset.home || "/", location.href);
}

export function path() {
  return `/${location.pathname.slice(home().pathname.length)}`;
}
