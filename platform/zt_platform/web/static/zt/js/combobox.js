/*
 * A search for centres as a combobox (WAI-ARIA 1.2, list autocomplete): options appear while one types, arrow keys move,
 * Enter picks, Escape closes. `address` answers the options as HTML; `pick` gets the option that was picked; `count` says
 * how many there are to those who hear the page. Enter without a chosen option is left to the form unless `holdEnter`.
 */

const WAIT = 150;

export function combobox({ input, list, address, pick, count, holdEnter = false }) {
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
      const answer = await fetch(`${address}?q=${encodeURIComponent(text)}`, { headers: { "X-Options": "1" } });
      if (!answer.ok || mine !== asked) return;
      list.innerHTML = await answer.text();
    } catch {
      return; // offline: the form still works when the line is back
    }
    show(options().length > 0);
    count(options().length);
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
      const option = chosen();
      show(false);
      pick(option);
    } else if (event.key === "Enter" && holdEnter) {
      event.preventDefault();
    }
  });
  input.parentElement.addEventListener("focusout", (event) => {
    if (!input.parentElement.contains(event.relatedTarget)) show(false);
  });
  return { close: () => show(false) };
}
