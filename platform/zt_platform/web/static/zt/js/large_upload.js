/*
 * One large file, sent in parts straight to the object store; it goes on after a pause, a broken line, a reload and in a
 * new session.
 *   1. POST to the address "large" (name, size, type, material): the server announces the file, or finds it where it was
 *      left, and says which parts the store has, each with its SHA-256;
 *   2. parts that are there are compared with the chosen file by digest; another file of the same name begins anew;
 *   3. of the others the digest is announced at "parts", which gives a signed address, and the part is PUT there, three at
 *      a time; what fails is tried again with growing pauses, or at once when the network is back;
 *   4. the caller confirms. Which parts arrived is asked from the store, never remembered here.
 */
import { ask, Refused } from "./ask.js";
import { bi } from "./texts.js";

const LANES = 3;
const TRIES = 8;
const LONGEST_PAUSE = 30000;

export const canSendInParts = Boolean(globalThis.crypto?.subtle);

async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Until the time is over or the network comes back, whichever is first. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => { removeEventListener("online", done); clearTimeout(timer); resolve(); };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}

export class Stopped extends Error {}

export class LargeUpload {
  /* `addresses`: large, parts, abort. `tell(share, word)`: how far it is; word: "sending", "comparing", "waiting". */
  constructor(file, material, addresses, tell) {
    this.file = file;
    this.material = material;
    this.addresses = addresses;
    this.tell = tell;
    this.id = 0;
    this.stopper = new AbortController();
  }

  /* Sends what is missing; the attachment's id. Throws Stopped after pause() or cancel(), Refused when it cannot be done. */
  async run() {
    this.stopper = new AbortController();
    this.sent = new Map();
    this.broken = 0; // lanes whose last try failed: as long as there is one, that is what is said
    let begun = await this.persist(() => this.open());
    if (!await this.isSameFile(begun)) {
      await this.persist(() => ask(this.addresses.abort, { attachment_id: begun.attachment_id }, this.stopper.signal));
      begun = await this.persist(() => this.open());
    }
    this.begun = begun;
    const arrived = new Set(begun.parts.filter((part) => part.arrived).map((part) => part.number));
    arrived.forEach((number) => this.sent.set(number, this.slice(number).size));
    const missing = Array.from({ length: begun.part_count }, (_, index) => index + 1).filter((number) => !arrived.has(number));
    this.report("sending");
    const lanes = Array.from({ length: LANES }, async () => {
      for (let number = missing.shift(); number; number = missing.shift()) await this.send(number);
    });
    try {
      await Promise.all(lanes);
    } catch (error) {
      missing.length = 0;
      this.stopper.abort();
      throw error;
    }
    return this.id;
  }

  pause() {
    this.stopper.abort();
  }

  async cancel() {
    this.stopper.abort();
    if (this.id) await ask(this.addresses.abort, { attachment_id: this.id });
  }

  async open() {
    const begun = await ask(this.addresses.large, { material: this.material, file_name: this.file.name, size: this.file.size, content_type: this.file.type || "application/octet-stream" }, this.stopper.signal);
    this.id = begun.attachment_id;
    return begun;
  }

  slice(number, partBytes = this.begun.part_bytes) {
    return this.file.slice((number - 1) * partBytes, Math.min(number * partBytes, this.file.size));
  }

  async isSameFile(begun) {
    for (const [index, part] of begun.parts.entries()) {
      this.tell(index / begun.part_count, "comparing");
      if (await sha256(this.slice(part.number, begun.part_bytes)) !== part.sha256) return false;
      if (this.stopper.signal.aborted) throw new Stopped();
    }
    return true;
  }

  async send(number) {
    const part = this.slice(number);
    const digest = await sha256(part);
    await this.persist(async () => {
      const values = { attachment_id: this.id, part: `${number}~${digest}` };
      const [ticket] = (await ask(this.addresses.parts, values, this.stopper.signal)).parts;
      await this.put(ticket.url, part, number);
    });
  }

  put(url, part, number) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      const broke = () => { this.sent.delete(number); reject(new Refused(bi("网络中断，没有传完。", "The network broke off."), "NETWORK", false)); };
      this.stopper.signal.addEventListener("abort", stop);
      request.open("PUT", url);
      request.upload.addEventListener("progress", (event) => { this.sent.set(number, event.loaded); this.report("sending"); });
      request.addEventListener("load", () => {
        if (request.status < 200 || request.status > 299) return broke();
        this.sent.set(number, part.size);
        this.report("sending");
        return resolve();
      });
      request.addEventListener("error", broke);
      request.addEventListener("abort", broke);
      request.addEventListener("loadend", () => this.stopper.signal.removeEventListener("abort", stop));
      request.send(part);
    });
  }

  report(word) {
    const sent = [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.tell(sent / this.file.size, word === "sending" && this.broken ? "waiting" : word);
  }

  /* Until it succeeds, the server says no, or it was tried too often; growing pauses with a little chance in them. */
  async persist(attempt) {
    for (let tried = 1; ; tried += 1) {
      if (this.stopper.signal.aborted) throw new Stopped();
      try {
        const answer = await attempt();
        if (tried > 1) this.broken -= 1;
        return answer;
      } catch (error) {
        if (this.stopper.signal.aborted) throw new Stopped();
        if (!(error instanceof Refused) || error.lasting || tried >= TRIES) throw error;
        if (tried === 1) this.broken += 1;
        this.report("waiting");
        await pause(Math.min(LONGEST_PAUSE, 500 * 2 ** tried) * (0.75 + Math.random() / 2));
      }
    }
  }
}
