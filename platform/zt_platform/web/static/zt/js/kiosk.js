/* The touch screen of a hall: digits on the screen, the answer inside the page, and everything gone after a while.

   The answer comes by fetch, so that neither the history nor "back" holds anything; the page is loaded afresh at the end,
   which also empties the fields. A scanner types like a keyboard and ends with Enter. */

const body = document.querySelector("[data-kiosk]");
const form = document.querySelector("[data-kiosk-form]");
const answer = document.querySelector("[data-kiosk-answer]");
const still = document.querySelector("[data-kiosk-still]");
const left = document.querySelector("[data-kiosk-left]");
const number = document.getElementById("kiosk-number");
const tail = document.getElementById("kiosk-tail");
const IDLE = Number(body.dataset.idle);
const WARNING = 15;
let active = number;
let touched = Date.now();

const begin = () => location.replace(location.pathname);
const dirty = () => number.value !== "" || tail.value !== "" || answer.childElementCount > 0;

function type(digit) {
  if (active.value.length >= (active === tail ? 4 : 23)) return;
  active.value += digit;
}

function watch() {
  if (!dirty()) {
    touched = Date.now();
    return;
  }
  const rest = Math.ceil(IDLE - (Date.now() - touched) / 1000);
  if (rest <= 0) begin();
  const warn = rest <= WARNING;
  left.textContent = String(rest);
  if (warn && still.hidden) {
    still.hidden = false;
    still.querySelector("button").focus();
  }
}

async function ask(event) {
  event.preventDefault();
  const sent = await fetch(location.pathname, { method: "POST", body: new FormData(form), headers: { "X-Part": "1" }, cache: "no-store" });
  answer.innerHTML = await sent.text();
  const found = answer.querySelector("[data-kiosk-found]");
  if (found) {
    number.value = tail.value = "";
    form.hidden = true;
    scrollTo(0, 0);
  } else if (number.value.includes("/")) {
    number.value = "";
  }
  (found?.querySelector("button") ?? active).focus({ preventScroll: true });
}

document.querySelector("[data-kiosk-keys]").hidden = false;
form.addEventListener("submit", ask);
for (const field of [number, tail]) {
  field.addEventListener("focus", () => { active = field; });
}
document.addEventListener("click", (event) => {
  const key = event.target.closest("button");
  if (!key) return;
  if (key.dataset.digit) type(key.dataset.digit);
  else if ("clear" in key.dataset) active.value = "";
  else if ("back" in key.dataset) active.value = active.value.slice(0, -1);
  else if ("kioskDone" in key.dataset) begin();
  else return;
  if (key.closest("[data-kiosk-keys]")) active.focus({ preventScroll: true });
});
for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => {
    touched = Date.now();
    still.hidden = true;
  }, { passive: true });
}
addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
addEventListener("pagehide", () => { answer.replaceChildren(); form.reset(); });
setInterval(watch, 1000);
