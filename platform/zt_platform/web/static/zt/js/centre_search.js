/*
 * The search for a centre as a combobox (WAI-ARIA 1.2, list autocomplete): options appear while one types, arrow keys
 * move, Enter goes there, Escape closes. Enter without a chosen option sends the form, as it does without scripts.
 */

const WAIT = 150;

function enhance(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const count = form.querySelector("[data-centre-count]");
  let timer = 0;
  let asked = 0;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  async function ask() {
    const text = input.value.trim();
    asked += 1;
    const mine = asked;
    if (!text) {
      show(false);
      return;
    }
    try {
      const answer = await fetch(`${form.action}?q=${encodeURIComponent(text)}`, { headers: { "X-Options": "1" } });
      if (!answer.ok || mine !== asked) return;
      list.innerHTML = await answer.text();
    } catch {
      return; // offline: the form still works when the line is back
    }
    show(options().length > 0);
    count.textContent = `${options().length}${count.dataset.words}`;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method is choosing characters
    const all = options();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      if (list.hidden) show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = all.indexOf(chosen());
      choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      location.assign(chosen().href);
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });
}

document.querySelectorAll("form[data-centre-search]").forEach(enhance);
