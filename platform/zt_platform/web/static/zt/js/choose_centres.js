/*
 * Choosing several centres or departments at once: a text area with one a line becomes a combobox and a list of what is chosen.
 * The text area stays the form's field, so that it works without scripts.
 */
import { combobox } from "./combobox.js";
import { bi } from "./texts.js";

function element(tag, values) {
  return Object.assign(document.createElement(tag), values);
}

function enhance(holder) {
  const area = holder.querySelector("textarea");
  const input = element("input", {
    type: "search",
    id: `${area.id}-search`,
    className: "form-control",
    autocomplete: "off",
    placeholder: bi("输入名称、代码或拼音", "Name, code or pinyin"),
  });
  const list = element("div", { id: `${area.id}-options`, className: "centre-options", hidden: true });
  const chosen = element("ul", { className: "chips chosen" });
  const status = element("p", { className: "visually-hidden" });
  const box = element("div", { className: "centre-choice" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", bi("匹配的单位", "Matching units"));
  chosen.setAttribute("aria-label", bi("已选的单位", "Units chosen"));
  status.setAttribute("role", "status");
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
  }
  box.append(input, list);
  area.hidden = true;
  area.after(box, chosen, status);
  holder.querySelector("label").htmlFor = input.id;

  const lines = () => area.value.split("\n").map((line) => line.trim()).filter(Boolean);

  function keep(next) {
    area.value = next.join("\n");
    chosen.replaceChildren(...next.map((line) => {
      const name = line.replace(/^\d+\s+/, "");
      const button = element("button", { type: "button", className: "chip", textContent: `${name} ×` });
      button.setAttribute("aria-label", bi(`去掉${name}`, `Take out ${name}`));
      button.addEventListener("click", () => {
        keep(lines().filter((other) => other !== line));
        input.focus();
      });
      const item = element("li", {});
      item.append(button);
      return item;
    }));
    chosen.hidden = !next.length;
  }

  function add(option) {
    const { code, name } = option.dataset;
    const line = `${code} ${name}`;
    if (!lines().includes(line)) keep([...lines(), line]);
    input.value = "";
    status.textContent = bi(`已添加${name}，共${lines().length}个`, `${name} added, ${lines().length} in all`);
  }

  const search = combobox({
    input,
    list,
    address: holder.dataset.chooseCentres,
    pick: add,
    count: (found) => { status.textContent = bi(`${found}个单位，用上下键选择`, `${found} units; choose with the arrow keys`); },
    holdEnter: true,
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    add(option);
    search.close();
    input.focus();
  });
  keep(lines());
}

document.querySelectorAll("[data-choose-centres]").forEach(enhance);
