"use strict";
const list = document.getElementById("files");
const rows = Array.from(list.children, (element, index) => ({
  element, index,
  words: element.textContent.toLowerCase(),
  status: element.dataset.status,
  before: Number(element.dataset.before),
  after: Number(element.dataset.after),
}));
const filter = document.getElementById("filter");
const sort = document.getElementById("sort");
const boxes = Array.from(document.querySelectorAll("#outcomes input"));
const order = boxes.map((box) => box.value);
const diffs = JSON.parse(document.getElementById("diffs").textContent);

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let shown = 0;
  for (const row of rows) {
    const match = wanted.has(row.status) && words.every((word) => row.words.includes(word));
    row.element.hidden = !match;
    shown += match ? 1 : 0;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} files shown`;
  document.getElementById("none").hidden = shown > 0;
}

const keys = {
  name: () => 0,
  status: (row) => order.indexOf(row.status),
  saved: (row) => row.after - row.before,
  before: (row) => -row.before,
  after: (row) => -row.after,
};

function arrange() {
  const key = keys[sort.value];
  rows.sort((one, other) => key(one) - key(other) || one.index - other.index);
  list.append(...rows.map((row) => row.element));
}

function draw(details) {
  const pre = document.createElement("pre");
  pre.tabIndex = 0;
  for (const line of diffs[details.dataset.diff].split("\n")) {
    const span = document.createElement("span");
    span.textContent = line || " ";
    span.className = { "+": "add", "-": "del", "@": "at" }[line[0]] || "";
    pre.append(span);
  }
  details.append(pre);
}

list.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.children.length === 1) draw(event.target);
}, true);
filter.addEventListener("input", show);
sort.addEventListener("change", arrange);
for (const box of boxes) box.addEventListener("change", show);
show();
