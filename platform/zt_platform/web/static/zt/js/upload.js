/*
 * Uploads of one material: the file goes from the browser straight to the object store.
 *   1. POST to data-open (name, size, type, material) → ticket {attachment_id, url, fields};
 *   2. POST the file to the ticket's url with its fields (XMLHttpRequest, because fetch shows no progress);
 *   3. POST to data-confirm (attachment_id, material): the server reads it back, checks digest, size and real type,
 *      and answers {id, file_name, size, url, thumbnail_url} or {error}.
 * A failed upload keeps its row with what went wrong and a way to try again. A large file goes in parts instead of 1. and
 * 2. (large_upload.js), with a pause and a way to cancel; one that was left unfinished waits for the file to be chosen again.
 */
import { ask } from "./ask.js";
import { canSendInParts, LargeUpload, Stopped } from "./large_upload.js";
import { bi, readableSize } from "./texts.js";

const IN_PARTS_FROM = 8 * 1024 * 1024;
const ASK_AGAIN = 1500;

const ICONS = new URL(document.querySelector("svg.icon use")?.getAttribute("href") ?? "/static/zt/icons.svg", location).href.split("#")[0];

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function sendToStore(ticket, file, onProgress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    Object.entries(ticket.fields).forEach(([name, value]) => body.append(name, value));
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", ticket.url);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new Error(bi("文件没有传上去，请检查大小和格式后再试。", "The file was not accepted; check its size and type and try again.")));
    });
    request.addEventListener("error", () => reject(new Error(bi("网络中断，文件没有传完，请再试一次。", "The network broke off; try again."))));
    request.send(body);
  });
}

class UploadRow {
  constructor(row) {
    this.row = row;
    this.files = row.querySelector("[data-upload-files]");
    this.news = row.querySelector("[data-upload-news]");
    this.state = row.querySelector("[data-upload-state]");
    const input = row.querySelector("input[type=file]");
    input?.addEventListener("change", () => {
      [...input.files].forEach((file) => this.upload(file));
      input.value = "";
    });
    row.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-file]");
      if (button) this.remove(button.closest("[data-file]"));
      const forget = event.target.closest("[data-forget]");
      if (forget) this.forget(forget.closest("[data-unfinished]"));
    });
    this.acceptDrops(input);
  }

  acceptDrops(input) {
    if (!input) return;
    ["dragenter", "dragover"].forEach((name) => this.row.addEventListener(name, (event) => {
      event.preventDefault();
      this.row.classList.add("is-dropping");
    }));
    ["dragleave", "drop"].forEach((name) => this.row.addEventListener(name, () => this.row.classList.remove("is-dropping")));
    this.row.addEventListener("drop", (event) => {
      event.preventDefault();
      [...event.dataTransfer.files].forEach((file) => this.upload(file));
    });
  }

  say(text) {
    this.news.textContent = text;
  }

  placeholder(file) {
    const progress = element("progress");
    progress.max = 1;
    progress.setAttribute("aria-label", bi(`正在上传 ${file.name}`, `Uploading ${file.name}`));
    const line = element("li", "upload-file",
      element("span", "upload-thumb", icon("document")),
      element("span", "upload-file-name", file.name, " ", element("span", "faint small number", readableSize(file.size))),
      element("span", "small soft", bi("上传中…", "Uploading…")),
      progress);
    this.files.append(line);
    return line;
  }

  async upload(file) {
    const line = this.placeholder(file);
    const progress = line.querySelector("progress");
    const status = line.children[2];
    try {
      if (file.size > Number(this.row.dataset.max)) {
        throw new Error(bi(`文件有 ${readableSize(file.size)}，超过了 ${readableSize(Number(this.row.dataset.max))} 的上限，请压缩或拆分后再传。`,
          `The file has ${readableSize(file.size)}, the limit is ${readableSize(Number(this.row.dataset.max))}; make it smaller and try again.`));
      }
      const inParts = file.size > IN_PARTS_FROM && canSendInParts;
      const id = inParts ? await this.sendLarge(line, file, progress, status) : await this.sendSmall(file, progress);
      progress.removeAttribute("value");
      status.textContent = bi("正在核对…", "Checking…");
      line.querySelectorAll(".upload-hands button").forEach((button) => button.remove());
      this.show(line, await this.confirm(id));
    } catch (error) {
      if (error instanceof Stopped) return;
      this.fail(line, file, error.message);
    }
  }

  async sendSmall(file, progress) {
    const ticket = await ask(this.row.dataset.open, { material: this.row.dataset.material, file_name: file.name, size: file.size, content_type: file.type || "application/octet-stream" });
    await sendToStore(ticket, file, (share) => { progress.value = share; });
    return ticket.attachment_id;
  }

  /* Resolves when all parts have arrived, however often it was paused meanwhile; throws Stopped when it was cancelled. */
  sendLarge(line, file, progress, status) {
    this.forgetNotice(file);
    const words = {
      sending: (share) => bi(`已传 ${Math.floor(share * 100)}%`, `${Math.floor(share * 100)} % sent`),
      comparing: () => bi("正在与上次已传的部分比对…", "Comparing with what was sent before…"),
      waiting: () => bi("网络中断，恢复后自动接着传", "The line broke; it goes on by itself"),
    };
    const data = this.row.dataset;
    const upload = new LargeUpload(file, data.material, { large: data.large, parts: data.parts, abort: data.abort }, (share, word) => {
      progress.value = share;
      status.textContent = words[word](share);
    });
    return new Promise((resolve, reject) => {
      const button = (text, act) => {
        const made = element("button", "link-button small", text, element("span", "visually-hidden", ` ${file.name}`));
        made.type = "button";
        made.addEventListener("click", act);
        return made;
      };
      const go = () => upload.run().then(resolve, (error) => { if (!(error instanceof Stopped)) reject(error); });
      const hold = button(bi("暂停", "Pause"), () => {
        upload.pause();
        status.textContent = bi(`已暂停，已传 ${Math.floor(progress.value * 100)}%`, `Paused at ${Math.floor(progress.value * 100)} %`);
        hold.replaceWith(again);
        again.focus();
      });
      const again = button(bi("继续", "Go on"), () => {
        again.replaceWith(hold);
        hold.focus();
        go();
      });
      const cancel = button(bi("取消", "Cancel"), () => {
        line.remove();
        this.say(bi("已取消", "Cancelled"));
        this.row.querySelector("input[type=file]")?.focus();
        upload.cancel().catch(() => {}); // what stays behind is given up after a day
        reject(new Stopped());
      });
      progress.after(element("span", "cluster upload-hands", status, hold, cancel));
      go();
    });
  }

  /* A large file is read by a worker: ask until it has said what it is. */
  async confirm(id) {
    for (;;) {
      const answer = await ask(this.row.dataset.confirm, { material: this.row.dataset.material, attachment_id: id });
      if (!answer.checking) return answer;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    }
  }

  forgetNotice(file) {
    this.files.querySelectorAll("[data-unfinished]").forEach((line) => {
      if (line.dataset.name === file.name && Number(line.dataset.size) === file.size) line.remove();
    });
  }

  async forget(line) {
    try {
      await ask(this.row.dataset.abort, { attachment_id: line.dataset.unfinished });
    } catch (error) {
      if (!error.lasting) {
        this.say(error.message);
        return;
      }
    }
    line.remove();
    this.say(bi("已取消", "Cancelled"));
    this.row.querySelector("input[type=file]")?.focus();
  }

  show(line, kept) {
    const name = kept.url ? element("a", "", kept.file_name) : document.createTextNode(kept.file_name);
    if (kept.url) Object.assign(name, { href: kept.url, target: "_blank", rel: "noopener" });
    const thumb = element("span", "upload-thumb");
    if (kept.thumbnail_url) thumb.append(Object.assign(new Image(), { src: kept.thumbnail_url, alt: "" }));
    else thumb.append(icon("document"));
    const remove = element("button", "link-button link-button-danger small", bi("删除", "Remove"), element("span", "visually-hidden", kept.file_name));
    remove.type = "button";
    remove.dataset.removeFile = "";
    const done = element("li", "upload-file", thumb, element("span", "upload-file-name", name, " ", element("span", "faint small number", readableSize(kept.size))), remove);
    done.dataset.file = kept.id;
    line.replaceWith(done);
    this.row.classList.remove("has-error");
    this.tellState();
    this.say(bi(`${kept.file_name} 已上传`, `${kept.file_name} uploaded`));
  }

  fail(line, file, message) {
    const again = element("button", "link-button small", bi("重试", "Try again"));
    again.type = "button";
    again.addEventListener("click", () => {
      line.remove();
      this.upload(file);
    });
    const dismiss = element("button", "link-button small", bi("取消", "Dismiss"));
    dismiss.type = "button";
    dismiss.addEventListener("click", () => line.remove());
    line.replaceChildren(
      element("span", "upload-thumb", icon("error")),
      element("span", "upload-file-name", file.name, element("span", "field-error small", message)),
      element("span", "cluster", again, dismiss));
    this.say(`${file.name}: ${message}`);
  }

  async remove(line) {
    try {
      await ask(this.row.dataset.remove, { material: this.row.dataset.material, file: line.dataset.file });
      line.remove();
      this.tellState();
      this.say(bi("已删除", "Removed"));
      this.row.querySelector("input[type=file]")?.focus();
    } catch (error) {
      this.say(error.message);
    }
  }

  tellState() {
    const any = this.files.querySelector("[data-file]");
    this.state.classList.toggle("is-verified", Boolean(any));
    this.state.classList.toggle("is-missing", !any);
    this.state.replaceChildren(...(any ? [icon("done"), bi("已上传", "Uploaded")] : [bi("还没有上传", "Not uploaded yet")]));
  }
}

document.querySelectorAll("[data-upload]").forEach((row) => new UploadRow(row));
