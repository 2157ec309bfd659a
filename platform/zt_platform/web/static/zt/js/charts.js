/*
 * Charts from data that the page carries itself:
 *   <div class="chart" data-chart="ID" role="img" aria-label="…"></div>  {{ option|json_script:"ID" }}
 * The option is ECharts' own JSON; colours and fonts of the house are filled in here. SVG renderer, no inline style.
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
    axisLabel: { color: colour("--ink-soft") },
    splitLine: { lineStyle: { color: colour("--line") } },
    ...entry,
  });
  return Array.isArray(value) ? value.map(one) : one(value);
}

function draw(holder) {
  const data = document.getElementById(holder.dataset.chart);
  if (!data || !window.echarts) return;
  const option = JSON.parse(data.textContent);
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

document.querySelectorAll("[data-chart]").forEach(draw);
