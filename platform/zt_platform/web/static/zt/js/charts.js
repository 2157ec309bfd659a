/*
 * Charts from data that the page carries itself:
 *   <div class="chart" data-chart="ID" role="img" aria-label="…"></div>  {{ option|json_script:"ID" }}
 *   {% chart option %}: the option in an attribute, for a part that htmx brings later
 * The option is ECharts' own JSON; colours ("--red": a variable of tokens.css) and fonts of the house are filled in here.
 * SVG renderer, no inline style.
 * A page that uses it also loads vendor/echarts/echarts.min.js before this module.
 */

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

const HOUSE = {
  color: [colour("--blue"), "#6f97c9", colour("--amber-fill"), colour("--green"), colour("--ink-faint"), colour("--red")],
  textStyle: { fontFamily: colour("--font"), color: colour("--ink") },
  animation: false,
  aria: { enabled: true, decal: { show: false } },
};

function axis(value) {
  if (!value) return value;
  const one = (entry) => ({
    axisLine: { lineStyle: { color: colour("--line-strong") } },
    splitLine: { lineStyle: { color: colour("--line") } },
    ...entry,
    axisLabel: { color: colour("--ink-soft"), lineHeight: 16, ...entry.axisLabel },
  });
  return Array.isArray(value) ? value.map(one) : one(value);
}

const inColour = (_, value) => (typeof value === "string" && value.startsWith("--") ? colour(value) : value);

function draw(holder) {
  const data = holder.dataset.option ?? document.getElementById(holder.dataset.chart)?.textContent;
  if (!data || !window.echarts || window.echarts.getInstanceByDom(holder)) return;
  const option = JSON.parse(data, inColour);
  const chart = window.echarts.init(holder, null, { renderer: "svg" });
  chart.setOption({
    ...HOUSE,
    ...option,
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
    tooltip: option.tooltip === false ? undefined : { trigger: "axis", renderMode: "richText", ...option.tooltip },
  });
  chart.on("click", (event) => { if (event.data?.url) location.assign(event.data.url); });
  new ResizeObserver(() => chart.resize()).observe(holder);
}

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);

/* A part that was promised and does not come says so, with the way to ask again. */
function saySo(event) {
  const words = event.target.querySelector?.("[data-failed]");
  if (words) words.textContent = words.dataset.failed;
}

drawAll();
document.body.addEventListener("htmx:afterSettle", drawAll);
["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.body.addEventListener(name, saySo));
