// Search: a patient, clinician, room or session type, wherever they are.

import { fill, h, refill } from "./dom.js";
import { go, state } from "./state.js";
import { shortDate, t } from "./words.js";

/** Makes the field find; what was typed before this module came is looked for at once. */
export function searching(input, found) {
  let at = -1;
  const close = () => { found.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = () => [...found.children].forEach((li, i) => {
    li.setAttribute("aria-selected", i === at);
    if (i === at) { input.setAttribute("aria-activedescendant", li.id); li.scrollIntoView({ block: "nearest" }); }
  });
  const look = () => {
    const hits = hitsFor(input.value);
    refill(found, hits.map((hit, i) => h("li", {
      role: "option", id: `found-${i}`, "aria-selected": "false",
      onpointerdown: (e) => { e.preventDefault(); close(); input.value = ""; go(hit.place); },
    }, h("span", {}, hit.label), h("small", {}, hit.what))));
    if (input.value && !hits.length) fill(found, h("li", { role: "option", "aria-disabled": "true" }, t("nothingFound")));
    found.hidden = !input.value;
    input.setAttribute("aria-expanded", String(!found.hidden));
    at = -1;
  };
  input.addEventListener("input", look);
  input.addEventListener("keydown", (e) => {
    const hits = found.hidden ? [] : hitsFor(input.value);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); at = Math.max(0, Math.min(hits.length - 1, at + (e.key === "ArrowDown" ? 1 : -1))); mark(); }
    else if (e.key === "Enter" && hits.length) { const hit = hits[Math.max(0, at)]; close(); input.value = ""; go(hit.place); }
    else if (e.key === "Escape") close();
  });
  input.addEventListener("blur", close);
  look();
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function hitsFor(text) {
  const wanted = plain(text.trim());
  if (!wanted || !state.week) return [];
  const hits = [];
  for (const what of ["patient", "clinician", "room"]) {
    for (const r of state.week.resources(what)) {
      if (r.id && (plain(r.label).includes(wanted) || plain(r.id).includes(wanted)))
        hits.push({ label: r.label, what: t(`by.${what}`), place: { view: "timetable", more: { by: what, one: r.id } } });
    }
  }
  for (const s of state.week.sessions) {
    if (hits.length > 30) break;
    if (plain(s.name).includes(wanted))
      hits.push({ label: s.name, what: `${shortDate(state.week.dates[s.day])} · ${state.week.when(s)}`, place: { view: "timetable", more: { day: s.day, mark: s.id } } });
  }
  return hits.slice(0, 12);
}
