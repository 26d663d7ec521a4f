// Makes one element equal to another in place, so that focus, selection, scroll and listeners outlive a redraw.

const ITS_OWN = new Set(["open"]); // of <details> and <dialog>: whoever looks decides

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

export function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || (from.id ?? "") !== (to.id ?? "")) {
    from.replaceWith(to);
    return to;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return from;
  }
  // An age ticks by itself; the text that came is of the moment of drawing.
  const ticking = from.matches("time[data-age]") && from.getAttribute("datetime") === to.getAttribute("datetime");
  attributes(from, to);
  if (!ticking) children(from, to);
  return from;
}

function attributes(from, to) {
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value && !ITS_OWN.has(name)) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !ITS_OWN.has(name)) from.removeAttribute(name);
  }
}

function children(from, to) {
  const byId = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  const all = [...to.childNodes];
  let at = from.firstChild;
  for (const [place, wanted] of all.entries()) {
    // What nothing that is still to come resembles has gone: without it the rest meets its like again.
    while (at && !at.id && !all.slice(place).some((later) => !later.id && alike(at, later))) at = drop(at);
    const same = wanted.id ? byId.get(wanted.id) : at && !at.id && alike(at, wanted) ? at : null;
    if (!same) {
      from.insertBefore(wanted, at);
    } else {
      if (same === at) at = at.nextSibling;
      else from.insertBefore(same, at);
      morph(same, wanted);
    }
  }
  while (at) at = drop(at);
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName;
