/* The search for a centre as a combobox; picking one goes there. Without scripts it is a form. */
import { combobox } from "./combobox.js";

document.querySelectorAll("form[data-centre-search]").forEach((form) => {
  const count = form.querySelector("[data-centre-count]");
  combobox({
    input: form.querySelector("input[type=search]"),
    list: form.querySelector("[role=listbox]"),
    address: form.action,
    pick: (option) => location.assign(option.href),
    count: (found) => { count.textContent = `${found}${count.dataset.words}`; },
  });
});
