// How trees are laid out (Reingold and Tilford): topology.js.
export { hierarchy, tree } from "d3-hierarchy";
