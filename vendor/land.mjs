// The land of the world as one path: Natural Earth, 1:110m, in the projection that regions/domain/world.py computes, too.
import { readFileSync, writeFileSync } from "node:fs";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const atlas = JSON.parse(readFileSync("node_modules/world-atlas/land-110m.json", "utf8"));
const projection = geoNaturalEarth1().scale(500 / (Math.PI * 0.8707)).translate([500, 240]);
const land = feature(atlas, atlas.objects.land).features[0].geometry;
const south = ([ring]) => Math.max(...ring.map(([, latitude]) => latitude)) < -58; // nobody runs clouds in Antarctica
const shown = { ...land, coordinates: land.coordinates.filter((polygon) => !south(polygon)) };
const path = geoPath(projection).digits(1)(shown);

export function write(out) {
  writeFileSync(`${out}/land.svg`, `<!-- Built by make vendor; licences: land.LICENSES.txt -->\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 440"><symbol id="land" viewBox="0 0 1000 440"><path d="${path}"/></symbol></svg>\n`);
  const { version, license } = JSON.parse(readFileSync("node_modules/world-atlas/package.json", "utf8"));
  const text = readFileSync("node_modules/world-atlas/LICENSE", "utf8").trim();
  writeFileSync(`${out}/land.LICENSES.txt`, `world-atlas ${version} (${license}), of Natural Earth's land 1:110m, which is in the public domain (naturalearthdata.com)\n\n${text}\n`);
}
