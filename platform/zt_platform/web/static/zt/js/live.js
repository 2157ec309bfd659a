/*
 * Renews what an operator watches: every 30 seconds each [data-live] part gets the event "tick", on which htmx asks for it
 * again. Nothing is asked for while the page is hidden, nor while the reader is at work inside the part (focus, selection).
 */

const EVERY = 30_000;

function busy(part) {
  const selection = document.getSelection();
  const selecting = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  return selecting || (document.activeElement !== document.body && part.contains(document.activeElement));
}

function tick() {
  if (document.hidden) return;
  document.querySelectorAll("[data-live]").forEach((part) => {
    if (!busy(part)) part.dispatchEvent(new CustomEvent("tick"));
  });
}

setInterval(tick, EVERY);
document.addEventListener("visibilitychange", tick);
