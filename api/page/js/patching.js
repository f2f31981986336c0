// A proposed change of the problem document (RFC 6902), stored where its parts live: patients and the clinic.

import { get, part, put } from "./calls.js";
import { clinicPath, reloadPeople, state } from "./state.js";

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

/** Patients of a problem are in the order of their ids, as they are listed here. */
export async function storePatch(patch) {
  const ids = state.people.map((p) => p.id);
  const documents = new Map();
  for (const step of patch) {
    const [top, index, ...rest] = steps(step.path);
    const own = top === "patients";
    const path = own ? `${clinicPath()}/patients/${part(ids[Number(index)])}` : clinicPath();
    if (!documents.has(path)) documents.set(path, await get(path));
    change(documents.get(path).body, own ? rest : steps(step.path), step);
  }
  for (const [path, { body, etag }] of documents) await put(path, body, { ifMatch: etag });
  await reloadPeople();
}
