/*
 * A form with data-autosave="<url>" is saved while it is being filled in: two seconds after the last change, when the
 * page is left, and again when the network comes back. The server takes half-filled forms as drafts; nothing is lost
 * and nothing is sent. The note [data-saved] says when it was last saved.
 *
 * The hidden fields lock_version and form_seen say which state the page began with; each save brings the next. When the
 * server answers that the draft was changed on another page (409), saving by itself ends: the note says so and leads to
 * what is newer. A form with data-autosave-stands begins like that. What is sent by the button waits for a save under way,
 * so that a page never stands in its own way.
 */
import { bi, clock, csrfToken } from "./texts.js";

const PAUSE = 2000;

class Autosave {
  constructor(form) {
    this.form = form;
    this.note = form.querySelector("[data-saved]");
    this.timer = 0;
    this.dirty = false;
    this.stands = "autosaveStands" in form.dataset;
    this.underWay = null;
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("submit", (event) => this.sent(event));
    addEventListener("online", () => this.save());
    addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(true); });
    // A page taken out of the browser's memory may be older than what it saved itself while it was left.
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  later() {
    if (this.stands) return;
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  sent(event) {
    this.dirty = false;
    clearTimeout(this.timer);
    if (!this.underWay) return;
    event.preventDefault();
    const submitter = event.submitter;
    this.underWay.finally(() => {
      this.dirty = false;
      clearTimeout(this.timer);
      this.form.requestSubmit(submitter);
    });
  }

  save(leaving = false) {
    if (!this.dirty || this.stands || this.underWay) return;
    this.dirty = false;
    this.underWay = this.send(leaving).finally(() => { this.underWay = null; });
  }

  async send(leaving) {
    try {
      const response = await fetch(this.form.dataset.autosave, {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
        keepalive: leaving,
      });
      if (response.status === 409) { this.stand(await response.json()); return; }
      if (!response.ok) throw new Error(String(response.status));
      const kept = await response.json();
      this.form.elements.lock_version.value = kept.lock_version;
      this.form.elements.form_seen.value = kept.form_seen;
      this.say(bi(`已自动保存 ${clock.format(new Date())}`, `Saved at ${clock.format(new Date())}`));
      if (this.dirty) this.later();
    } catch {
      this.dirty = true;
      this.say(bi("暂时没有保存上，网络恢复后会再保存。", "Not saved yet; it will be tried again."));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE * 5);
    }
  }

  stand(found) {
    this.stands = true;
    clearTimeout(this.timer);
    const link = document.createElement("a");
    link.href = found.newer_url;
    link.textContent = found.word;
    this.say(`${bi("不再自动保存。", "Not saved by itself any more.")} ${found.changed} `);
    if (this.note) this.note.append(link);
  }

  say(text) {
    if (this.note) this.note.textContent = text;
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form));
