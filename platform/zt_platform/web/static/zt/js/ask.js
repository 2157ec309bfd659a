/* Asking the server from a script: a POST with the page's CSRF token, answered in JSON. */
import { bi, csrfToken } from "./texts.js";

/* What went wrong: `lasting` when asking again does not help (the server has said no), else the line or the server broke. */
export class Refused extends Error {
  constructor(message, code, lasting) {
    super(message);
    this.code = code;
    this.lasting = lasting;
  }
}

/* `values`: names and values; a list sends its name several times. */
export async function ask(url, values, signal) {
  const body = new FormData();
  Object.entries(values).forEach(([name, value]) => [value].flat().forEach((one) => body.append(name, one)));
  let response;
  try {
    response = await fetch(url, { method: "POST", body, signal, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(bi("网络中断，请再试一次。", "The network broke off; try again."), "NETWORK", false);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const passing = response.status >= 500 || response.status === 429;
  throw new Refused(answer.error || bi("服务器没有答复，请再试一次。", "The server did not answer; try again."), answer.code ?? "", !passing);
}
