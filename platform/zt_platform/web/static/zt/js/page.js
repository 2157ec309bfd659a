/* What every page has: text size without a reload, the offline bar, small comforts. All of it works without, too. */

const YEAR = 365 * 24 * 3600;

function rememberTextSize() {
  const form = document.querySelector("form[data-text-size]");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const large = button.value === "large";
    document.cookie = `zt_text=${button.value}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    if (large) document.documentElement.dataset.text = "large";
    else delete document.documentElement.dataset.text;
    button.value = large ? "normal" : "large";
    button.setAttribute("aria-pressed", String(large));
  });
}

/* On a phone doors and tabs are rows to push: the one that the reader is in must not lie outside its row. */
function showCurrentDoor() {
  document.querySelectorAll(".site-nav [aria-current], .queue-tabs [aria-current]").forEach((current) => {
    const row = current.closest("ul");
    row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  });
}

function showOffline() {
  const bar = document.getElementById("offline");
  if (!bar) return;
  const show = () => { bar.hidden = navigator.onLine; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

function focusErrors() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    (target.matches("input, select, textarea, button") ? target : target.querySelector("input, select, textarea, button"))?.focus({ preventScroll: true });
  });
}

/* A second tap on "submit" must not send twice; the server's client key is the real guard, this is courtesy. */
function guardDoubleSend() {
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.sending === "again-allowed") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    setTimeout(() => { delete form.dataset.sending; }, 8000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending));
}

function printButtons() {
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
}

/* The guide's checklist is the reader's own: it stays in this browser. */
function keepChecklists() {
  document.querySelectorAll("[data-checklist]").forEach((list) => {
    const key = `zt-checklist-${list.dataset.checklist}`;
    const ticked = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    list.querySelectorAll("input[type=checkbox]").forEach((box) => { box.checked = ticked.has(box.value); });
    list.addEventListener("change", (event) => {
      if (event.target.checked) ticked.add(event.target.value);
      else ticked.delete(event.target.value);
      localStorage.setItem(key, JSON.stringify([...ticked]));
    });
  });
}

function copyButtons() {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("[data-copy-label]").textContent = button.dataset.copied;
    });
  });
}

/* Filters apply when they change; the button stays for those without scripts. */
function submitOnChange() {
  document.querySelectorAll("form[data-submit-on-change]").forEach((form) => {
    form.addEventListener("change", () => form.requestSubmit());
  });
}

rememberTextSize();
showCurrentDoor();
showOffline();
focusErrors();
guardDoubleSend();
printButtons();
keepChecklists();
copyButtons();
submitOnChange();
