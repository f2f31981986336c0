// Asking the service. A refusal becomes a Refusal that can be shown; nothing is retried behind the user's back.

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? String(status));
    this.status = status;
    this.code = String(problem.type ?? "").split(":").pop();
    this.problem = problem;
  }

  /** What was wrong, a line each. */
  get lines() {
    const { errors = [], findings = [], references = [] } = this.problem;
    const told = [
      ...errors.map((e) => (e.pointer ? `${e.pointer}: ${e.message}` : e.message)),
      ...findings.map((f) => f.text),
      ...references.map((r) => (r.message ? `${r.resource}${r.pointer}: ${r.message}` : `${r.resource}: ${r.count}`)),
    ];
    return told.length ? told : [this.message];
  }
}

const root = document.documentElement;
/** Whether this service has a call (`targets`, `repairs` …). */
export const has = (call) => root.dataset.calls.split(" ").includes(call);
export const base = root.dataset.static;

export async function ask(method, path, body, { ifMatch, ifNoneMatch, media } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = media ?? "application/json";
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (ifNoneMatch) headers["If-None-Match"] = ifNoneMatch;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: media || body === undefined ? body : JSON.stringify(body) });
  } catch {
    throw new Refusal(0, { type: "urn:page:offline", detail: "offline" });
  }
  const etag = answer.headers.get("ETag");
  if (answer.status === 304) return { status: 304, etag, body: null };
  const text = await answer.text();
  const given = text ? JSON.parse(text) : null;
  if (answer.status === 401) dispatchEvent(new Event("signed-out"));
  if (!answer.ok) throw new Refusal(answer.status, given ?? { title: answer.statusText });
  return { status: answer.status, etag, body: given, location: answer.headers.get("Location") };
}

export const get = (path, options) => ask("GET", path, undefined, options);
export const put = (path, body, options) => ask("PUT", path, body, options);
export const post = (path, body, options) => ask("POST", path, body ?? {}, options);
export const part = encodeURIComponent;
