// <yaml-view> around a <pre>, <yaml-edit> around a <textarea>: an editor where there is script, what they hold where not.
// The editor lives in their shadow, so that live pages may redraw what they hold; it is fetched when it is first seen.
const KEYS = /Mac/.test(navigator.platform) ? "⌘" : "Ctrl-";

class Yaml extends HTMLElement {
  connectedCallback() {
    if (this.editor || this.watching) return;
    this.watching = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.open());
    this.watching.observe(this);
  }

  async open() {
    this.watching.disconnect();
    const { edit } = await import("./yaml-editor.js").catch(() => ({})); // without it, what there was stays
    if (!edit || !this.isConnected || this.editor) return;
    this.holds = this.querySelector("pre, textarea");
    this.editor = edit(this.shadowRoot ?? this.attachShadow({ mode: "open" }), this.options());
    if (this.holds.matches("pre")) new MutationObserver(() => this.editor.show(this.holds.textContent)).observe(this.holds, { characterData: true, childList: true, subtree: true });
    else this.holds.addEventListener("pane:value", () => this.editor.show(this.holds.value));
  }
}

class View extends Yaml {
  options() {
    return { text: this.holds.textContent, label: this.holds.getAttribute("aria-label") ?? "YAML", keys: `${KEYS}F searches, the arrows in the margin fold` };
  }
}

class Edit extends Yaml {
  options() {
    const box = this.holds;
    return {
      text: box.value, label: box.labels[0]?.textContent ?? "YAML", wrong: box.getAttribute("aria-invalid") === "true",
      keys: `${KEYS}Space completes, ${KEYS}F searches, F8 goes to what is wrong`,
      schema: () => ask(this.dataset.schema), check: () => ask(this.dataset.check, { method: "POST", body: new FormData(box.form) }),
      change: (text) => {
        box.value = text;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      },
    };
  }
}

const ask = async (address, options) => {
  const answer = address ? await fetch(address, options).catch(() => null) : null;
  return answer?.ok ? answer.json() : null;
};

customElements.define("yaml-view", View);
customElements.define("yaml-edit", Edit);
