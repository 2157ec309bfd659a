/*
 * A form with data-autosave="<url>" is saved while it is being filled in: two seconds after the last change, when the
 * page is left, and again when the network comes back. The server takes half-filled forms as drafts; nothing is lost
 * and nothing is sent. The note [data-saved] says when it was last saved.
 */
import { bi, clock, csrfToken } from "./texts.js";

const PAUSE = 2000;

class Autosave {
  constructor(form) {
    this.form = form;
    this.note = form.querySelector("[data-saved]");
    this.timer = 0;
    this.dirty = false;
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("submit", () => { this.dirty = false; clearTimeout(this.timer); });
    addEventListener("online", () => this.save());
    addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(true); });
  }

  later() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async save(leaving = false) {
    if (!this.dirty) return;
    this.dirty = false;
    try {
      const response = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
        keepalive: leaving,
      });
      if (!response.ok) throw new Error(String(response.status));
      this.say(bi(`已自动保存 ${clock.format(new Date())}`, `Saved at ${clock.format(new Date())}`));
    } catch {
      this.dirty = true;
      this.say(bi("暂时没有保存上，网络恢复后会再保存。", "Not saved yet; it will be tried again."));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE * 5);
    }
  }

  say(text) {
    if (this.note) this.note.textContent = text;
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form));
