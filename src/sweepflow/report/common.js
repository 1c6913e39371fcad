"use strict";
// What is user's goes into the page by textContent and setAttribute alone.

const report = JSON.parse(document.getElementById("data").textContent);
const byId = new Map([...report.runs, ...report.others].map((run) => [run.id, run]));
const find = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes = {}, ...children) {
  const isSvg = attributes.svg;
  const node = isSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== "svg" && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const svg = (tag, attributes, ...children) => make(tag, { svg: true, ...attributes }, ...children);
const option = (value, text) => make("option", { value }, text);

// A value is inherited where it stands in a list of its own.
const valueOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);
const isNumber = (value) => typeof value === "number";

function shortNumber(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const text = String(Number(value.toPrecision(5)));
  return text;
}

const shown = (value) => (value === null ? "" : isNumber(value) ? shortNumber(value) : String(value));

function duration(seconds) {
  if (seconds === null) return "";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function time(seconds) {
  const at = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ` +
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

const badge = (run) => make("span", { class: `status ${run.status}` },
  run.status + (run.exit ? ` (${run.exit})` : ""));

// Numbers by size, then texts, then what is not there.
function compare(a, b) {
  const rank = (value) => (value === null || value === "" ? 2 : isNumber(value) ? 0 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (isNumber(a)) return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
