/* Words that scripts show. Chinese first; the page's language decides. */

const chinese = !document.documentElement.lang.toLowerCase().startsWith("en");

export function bi(zh, en) {
  return chinese ? zh : en;
}

export function csrfToken() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

export function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export const clock = new Intl.DateTimeFormat(chinese ? "zh-CN" : "en", { hour: "2-digit", minute: "2-digit", hour12: false });
