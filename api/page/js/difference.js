// What differs between two timetables, in the reader's language, by person.

import { h } from "./dom.js";
import { minutesOf } from "./week.js";
import { dayAndDate, span, t } from "./words.js";

function when(place) {
  const from = minutesOf(place.start.slice(11));
  const end = place.end ? minutesOf(place.end.slice(11)) || 1440 : from + 60;
  return `${dayAndDate(place.start.slice(0, 10))}, ${span(from, end)}`;
}

/** One change as a sentence to the person concerned. */
export function changeWords(change, week) {
  const { before, after } = change;
  const place = after ?? before;
  const gaps = {
    what: week.types.get(place.session_type)?.name || place.session_type, when: when(before ?? after), then: after ? when(after) : "",
    who: (after?.clinicians ?? []).map((c) => week.clinician(c)).join(", ") || t("nobody"), room: after ? week.room(after.room) : "",
  };
  return t(`diff.${change.kind}`, gaps);
}

const section = (people, name, week) => people.map((p) => h("section", {}, h("h3", {}, name(p.id)), h("ul", {}, p.changes.map((c) => h("li", {}, changeWords(c, week))))));

export function changesOf(difference, week) {
  const { patients, clinicians, attendances } = difference;
  if (!patients.length && !clinicians.length) return h("p", {}, t("nothingChanges"));
  const counts = Object.entries(attendances).filter(([, n]) => n).map(([kind, n]) => t(`count.${kind}`, { n }));
  return h("div", { class: "options" }, h("p", {}, t("changesFor", { n: patients.length, what: counts.join(", ") })),
    h("details", {}, h("summary", {}, t("changesPatients", { n: patients.length })), h("div", { class: "changes" }, section(patients, (id) => week.person(id), week))),
    h("details", {}, h("summary", {}, t("changesClinicians", { n: clinicians.length })), h("div", { class: "changes" }, section(clinicians, (id) => week.clinician(id), week))));
}

/** A message that can be sent to a person: what is different, nothing about anybody else. */
export const messageFor = (person, week) => [t("messageTop"), ...person.changes.map((c) => `– ${changeWords(c, week)}`)].join("\n");
