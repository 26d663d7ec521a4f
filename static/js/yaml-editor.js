// CodeMirror as Pane uses it for YAML: line numbers, folding, search, completion by a schema, what is wrong in its place.
import {
  EditorState, EditorView, HighlightStyle, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, codeFolding,
  completionKeymap, defaultKeymap, drawSelection, foldGutter, foldKeymap, highlightActiveLine, highlightSelectionMatches,
  highlightSpecialChars, history, historyKeymap, indentOnInput, indentUnit, keymap, lineNumbers, lintGutter, lintKeymap,
  linter, search, searchKeymap, syntaxHighlighting, tags, yaml,
} from "../vendor/codemirror.js";
import { complete } from "./yaml-complete.js";

const PAUSE = 500;

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--text-faint)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ready-text)" },
  { tag: [tags.keyword, tags.bool, tags.null, tags.number], color: "var(--degraded-text)" },
]);

const looks = EditorView.theme({
  "&": { background: "var(--sunken)", color: "var(--text)", fontSize: "var(--text-s)", maxHeight: "70vh" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { background: "var(--sunken)", color: "var(--text-faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused .cm-activeLine": { background: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--accent-soft)" },
  ".cm-foldPlaceholder": { background: "var(--accent-soft)", color: "var(--text-soft)", border: "0", padding: "0 .4em" },
  ".cm-searchMatch": { background: "var(--degraded-soft)" },
  ".cm-searchMatch-selected": { background: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-panels": { background: "var(--surface)", color: "var(--text)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", gap: ".375rem", alignItems: "center", padding: ".5rem", font: "var(--text-s) var(--font)" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search [name=close]": { position: "static", marginLeft: "auto", color: "inherit" },
  ".cm-textfield, .cm-button": { background: "var(--surface)", backgroundImage: "none", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-s)", font: "inherit", padding: ".25rem .5rem", margin: "0" },
  ".cm-tooltip": { background: "var(--raised)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-s)", boxShadow: "var(--shadow-pop)", maxWidth: "min(32rem, 90vw)", font: "var(--text-s) var(--font)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--accent-text)" },
  ".cm-completionDetail": { marginLeft: "1em", opacity: ".75", fontStyle: "normal" },
  ".cm-diagnostic": { padding: ".375rem .625rem", whiteSpace: "normal" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--failed)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--degraded)" },
  ".cm-diagnostic-info": { borderLeft: "4px solid var(--accent)" },
});

const FRAME = new CSSStyleSheet();
FRAME.replaceSync(`
  :host { display: block; position: relative; }
  .hint { margin: 0; padding: .25rem .75rem; font: var(--text-s) var(--font); color: var(--text-faint); background: var(--sunken); }
  .wrong { outline: 2px solid var(--failed); }
  slot:not([name]) { display: none; }
  @media print { .frame { display: none; } slot:not([name]) { display: block; } }
`);

// What the server says of it, at its lines; where it cannot be asked, nothing is marked.
const marks = (check) => async (view) => {
  const doc = view.state.doc;
  const found = (await check())?.problems ?? [];
  return found.map((one) => {
    const line = doc.line(Math.min(Math.max(one.line, 1), doc.lines));
    const from = Math.min(line.from + one.column, line.to);
    const to = Math.max(from, line.from + line.text.trimEnd().length);
    return { from, to, severity: one.severity === "note" ? "info" : one.severity, message: one.sentence };
  });
};

export const edit = (root, { text, label, keys, change, schema, check, wrong }) => {
  root.adoptedStyleSheets = [FRAME];
  const frame = document.createElement("div");
  frame.className = wrong ? "frame wrong" : "frame";
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = keys;
  root.replaceChildren(frame, document.createElement("slot"));
  const known = { schema: null };
  schema?.().then((found) => { known.schema = found?.schema ?? null; });
  const writing = change ? [
    history(), closeBrackets(), indentOnInput(), highlightActiveLine(), lintGutter(), linter(marks(check), { delay: PAUSE }),
    autocompletion({ override: [complete(known)], activateOnTyping: true, icons: false }),
    keymap.of([...closeBracketsKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.updateListener.of((update) => { if (update.docChanged && !update.transactions.some((one) => one.isUserEvent("pane"))) change(update.state.doc.toString()); }),
  ] : [EditorState.readOnly.of(true)];
  const view = new EditorView({
    root, parent: frame,
    state: EditorState.create({ doc: text, extensions: [
      lineNumbers(), foldGutter(), codeFolding(), drawSelection(), highlightSpecialChars(), bracketMatching(), highlightSelectionMatches(),
      search({ top: true }), yaml(), indentUnit.of("  "), syntaxHighlighting(colours), looks, EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }), ...writing,
      keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
    ] }),
  });
  frame.append(hint);
  return {
    view,
    show: (now) => {
      const doc = view.state.doc;
      if (doc.toString() !== now) view.dispatch({ changes: { from: 0, to: doc.length, insert: now }, userEvent: "pane" });
    },
  };
};
