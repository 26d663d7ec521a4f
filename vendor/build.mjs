// Builds each library of static/vendor into one module, with its version and licences beside it: `make vendor`.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { write } from "./land.mjs";

const out = process.argv[2];
const libraries = readdirSync(".").filter((name) => name.endsWith(".js"));
for (const name of libraries) {
  const made = await build({
    entryPoints: [name], bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "none",
    metafile: true, outfile: `${out}/${name}`, banner: { js: `/* Built by make vendor; licences: ${name.replace(".js", ".LICENSES.txt")} */` },
  });
  const inputs = Object.keys(made.metafile.inputs).map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  const packages = [...new Set(inputs.filter(Boolean))].sort();
  const licences = packages.map((one) => {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${one}/package.json`, "utf8"));
    const file = readdirSync(`node_modules/${one}`).find((path) => /^licen[cs]e/i.test(path));
    return `${one} ${version} (${license})\n\n${readFileSync(`node_modules/${one}/${file}`, "utf8").trim()}\n`;
  });
  writeFileSync(`${out}/${name.replace(".js", ".LICENSES.txt")}`, licences.join(`\n${"-".repeat(80)}\n\n`));
}
write(out);
