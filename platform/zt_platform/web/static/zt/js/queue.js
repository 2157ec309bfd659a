/*
 * The queue under the keyboard: j / k (or arrows) move, Enter opens, x marks, / goes to the search, ? shows the keys,
 * g q goes to the queue, g m to what one has claimed. A control with data-key="a" is pressed by its key; in the queue that
 * acts on the marked cases, or on the current one when none is marked. The same keys work on the page of a case.
 * Rows are tr[data-href] in table[data-queue]; the mark is the row's own checkbox. Keys are left alone while typing.
 */
import { bi } from "./texts.js";

const table = document.querySelector("table[data-queue]");
const rows = table ? [...table.tBodies[0].querySelectorAll("tr[data-href]")] : [];
let current = -1;

function typing(target) {
  return target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
}

function go(index) {
  if (!rows.length) return;
  rows[current]?.classList.remove("is-current");
  rows[current]?.removeAttribute("aria-current");
  current = Math.max(0, Math.min(rows.length - 1, index));
  const row = rows[current];
  row.classList.add("is-current");
  row.setAttribute("aria-current", "true");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => go(current + 1),
  k: () => go(current - 1),
  ArrowDown: () => go(current + 1),
  ArrowUp: () => go(current - 1),
  Enter: () => { if (rows[current]) location.assign(rows[current].dataset.href); },
  x: () => {
    const box = rows[current]?.querySelector("input[type=checkbox]");
    if (box) box.click();
  },
  "/": () => document.querySelector("[data-queue-search]")?.focus(),
  "?": () => {
    const help = document.getElementById("queue-keys");
    if (help) help.open ? help.close() : help.showModal();
  },
  g: () => { going = true; },
};
let going = false;

/* After g: where to. */
const PLACES = { q: "", m: "?scope=held&step=" };

function goTo(key) {
  going = false;
  const workbench = location.pathname.match(/^.*?\/workbench\//)?.[0];
  if (workbench && key in PLACES) location.assign(workbench + PLACES[key]);
}

function press(key) {
  const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!control) return false;
  if (table && !table.querySelector("tbody input[type=checkbox]:checked")) keys.x();
  if (control.closest("[hidden]")) return false;
  control.click();
  return true;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) {
    if (event.target.defaultValue !== undefined) event.target.value = event.target.defaultValue; // leaving is not asking
    event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  if (going) {
    event.preventDefault();
    goTo(event.key);
    return;
  }
  const act = keys[event.key];
  if (!act) {
    if (press(event.key)) event.preventDefault();
    return;
  }
  event.preventDefault();
  act();
});

table?.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-href]");
  const index = rows.indexOf(row);
  if (index < 0 || index === current) return;
  rows[current]?.classList.remove("is-current");
  current = index;
  row.classList.add("is-current");
});

/* How many are marked; the batch bar appears with the first. */
const bar = document.querySelector("[data-batch]");
table?.addEventListener("change", () => {
  const marked = table.querySelectorAll("tbody input[type=checkbox]:checked").length;
  if (bar) {
    bar.hidden = marked === 0;
    bar.querySelector("[data-batch-count]").textContent = String(marked);
  }
});

document.querySelector("[data-show-keys]")?.addEventListener("click", () => keys["?"]());

/* The view of this computer: filters and order that the bare queue opens with. Kept in the browser, not on the server. */
const KEPT_VIEW = "zt-queue-view";
const keep = document.querySelector("[data-keep-view]");
keep?.addEventListener("click", () => {
  const view = new URLSearchParams(new FormData(keep.form));
  [...view.keys()].forEach((name) => { if (name === "q" || !view.get(name)) view.delete(name); });
  localStorage.setItem(KEPT_VIEW, view.toString());
  keep.textContent = bi("已设为默认视图", "This is your view now");
});
document.querySelectorAll("[data-own-view]").forEach((link) => {
  const view = localStorage.getItem(KEPT_VIEW);
  if (view) link.search = `?${view}`;
  else link.hidden = true;
});
