// A proposed change (RFC 6902), stored where its parts live: each step names the stored document that it is about.

import { get, put } from "./calls.js";
import { reloadPeople } from "./state.js";

const steps = (path) => path.split("/").slice(1).map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"));

function change(document, path, { op, value }) {
  const last = path.at(-1);
  const place = path.slice(0, -1).reduce((node, key) => (node[key] ??= {}), document);
  if (Array.isArray(place)) {
    if (op === "remove") place.splice(Number(last), 1);
    else if (op === "add") place.splice(last === "-" ? place.length : Number(last), 0, value);
    else place[Number(last)] = value;
  } else if (op === "remove") delete place[last];
  else place[last] = value;
}

export async function storePatch(patch) {
  const documents = new Map();
  for (const step of patch) {
    if (!documents.has(step.resource)) documents.set(step.resource, await get(step.resource));
    change(documents.get(step.resource).body, steps(step.path), step);
  }
  for (const [path, { body, etag }] of documents) await put(path, body, { ifMatch: etag });
  await reloadPeople();
}
