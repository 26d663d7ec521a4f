// Which keys and values may stand at a place of a YAML text, by an OpenAPI schema. The place is found by indentation:
// while somebody types, the text is rarely whole.
const KEY = /^(\s*)((?:- +)*)(?:"([^"]+)"|'([^']+)'|([^\s:#'"-][^:]*?))\s*:(?:\s|$)/;
const DASHES = /^(\s*)((?:- *)+)/;

// The path to the mapping in which a line with this indentation stands; "[]" is a member of a list.
export const pathAt = (lines, line, indent, dash = -1) => {
  const path = dash >= 0 ? ["[]"] : [];
  let within = dash >= 0 ? dash + 1 : indent;
  for (let at = line - 1; at >= 0 && within > 0; at--) {
    const text = lines[at];
    if (!text.trim() || text.trimStart().startsWith("#")) continue;
    const key = text.match(KEY);
    const dashes = (key ?? text.match(DASHES))?.[2] ?? "";
    const start = text.length - text.trimStart().length;
    const column = start + dashes.length;
    if (key && column < within) {
      path.unshift(key[3] ?? key[4] ?? key[5]);
      within = column;
    }
    if (dashes && column === within) {
      path.unshift("[]");
      within = start + 1; // the list's own key may stand as far left as its dashes
    }
  }
  return path;
};

export const schemaAt = (schema, path) => path.reduce((found, step) => {
  if (!found) return null;
  if (step === "[]") return found.items ?? null;
  return found.properties?.[step] ?? (typeof found.additionalProperties === "object" ? found.additionalProperties : null);
}, schema);

const said = (schema) => [].concat(schema.type ?? []).join(" or ") + (schema.default === undefined ? "" : ` · ${JSON.stringify(schema.default)}`);

const keys = (schema, indent) => Object.entries(schema?.properties ?? {}).map(([name, inner]) => ({
  label: name, type: "property", detail: said(inner), info: inner.description || undefined,
  apply: inner.type === "object" ? `${name}:\n${" ".repeat(indent + 2)}` : inner.type === "array" ? `${name}:\n${" ".repeat(indent)}- ` : `${name}: `,
}));

const values = (schema) => {
  const known = schema?.enum ?? (schema?.type === "boolean" ? [true, false] : schema?.examples ?? []);
  const own = schema?.default === undefined || known.includes(schema.default) ? [] : [schema.default];
  // What is text and would be read as something else gets its quotes.
  const written = (value) => (typeof value === "string" && !/^[A-Za-z][\w.\/-]*$|^$/.test(value) ? JSON.stringify(value) : String(value));
  return [...known, ...own].filter((value) => value !== "" && typeof value !== "object").map((value) => ({
    label: written(value), type: "enum", detail: value === schema.default ? "the default" : undefined,
  }));
};

// A completion source; `known.schema` is null until the server said it.
export const complete = (known) => (context) => {
  if (!known.schema) return null;
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const lines = context.state.doc.toString().split("\n");
  const typed = before.match(/^(\s*)((?:- +)*)([\w.\/-]*)$/);
  const value = before.match(/^(\s*)((?:- +)*)([\w.\/-]+):\s+(\S*)$/);
  const found = typed ?? value;
  if (!found || (!context.explicit && typed && !typed[3])) return null;
  const indent = found[1].length + found[2].length;
  const path = pathAt(lines, line.number - 1, indent, found[2] ? found[1].length : -1);
  const schema = schemaAt(known.schema, value ? [...path, value[3]] : path);
  const options = typed ? [...keys(schema, indent), ...(found[2] ? values(schema) : [])] : values(schema);
  return options.length ? { from: context.pos - found[found.length - 1].length, options, validFor: /^[\w.\/-]*$/ } : null;
};
