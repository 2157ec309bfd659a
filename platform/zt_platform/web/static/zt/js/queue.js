/*
 * The queue under the keyboard: j / k (or arrows) move, Enter opens, x marks, / goes to the search, ? shows the keys.
 * Rows are tr[data-href] in table[data-queue]; the mark is the row's own checkbox. Keys are left alone while typing.
 */

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
    if (help) help.open = !help.open;
  },
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !table) return;
  if (event.key === "Escape" && typing(event.target)) {
    if (event.target.defaultValue !== undefined) event.target.value = event.target.defaultValue; // leaving is not asking
    event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const act = keys[event.key];
  if (!act) return;
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
