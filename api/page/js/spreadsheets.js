// People and rooms, and the week by which the clinic works today, from a table or a workbook: first what it would
// change, then Apply.

import { post, Refusal } from "./calls.js";
import { button, field, h, refill, say } from "./dom.js";
import { address, changed, clinicPath, loadWeek, may, note, reloadPeople, state } from "./state.js";
import { list, t, weekLabel } from "./words.js";

const media = (file) => (/\.csv$/i.test(file.name) ? "text/csv" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");

/** A file that is first only looked at; `told` says what it would change, `done` follows when it is applied. */
function chooser(label, hint, path, apply, told, done) {
  const found = h("div", { class: "options" });
  const input = h("input", { type: "file", accept: ".csv,.xlsx", onchange: () => input.files[0] && send(input.files[0], true) });
  async function send(file, dry) {
    refill(found, h("p", { role: "status" }, t("checking")));
    try {
      const { body } = await post(path(dry), file, { media: media(file) });
      if (dry) return refill(found, told(body), h("div", { class: "row" }, button(t(apply), () => send(file, false), { class: "primary" })));
      input.value = "";
      refill(found);
      return await done(body);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      input.value = ""; // the same file, mended, is chosen anew
      return refill(found, faults(refusal));
    }
  }
  return [field(label, input, hint), found];
}

function faults(refusal) {
  const { errors = [] } = refusal.problem;
  const line = (e) => h("li", {}, [e.sheet, e.row && t("rowN", { n: e.row }), e.column].filter(Boolean).join(", "), ": ", e.message);
  return h("section", { class: "options" }, h("h3", {}, t("notStored")), h("ul", { class: "rules" }, errors.length ? errors.map(line) : h("li", {}, refusal.message)));
}

/** What would change, counted and then one by one. */
function difference(body) {
  const parts = Object.entries(body).filter(([, d]) => Array.isArray(d?.added));
  const lines = (what, ids) => ids.length > 0 && h("li", {}, h("b", {}, t(`import.${what}`)), " ", list(ids));
  return h("section", { class: "options" }, h("ul", { class: "rules" }, parts.map(([name, d]) => h("li", {}, t("importLine", { what: t(`part.${name}`), added: d.added.length, changed: d.changed.length, removed: d.removed.length })))),
    parts.filter(([, d]) => d.added.length + d.changed.length + d.removed.length).map(([name, d]) => h("details", {}, h("summary", {}, t(`part.${name}`)),
      h("ul", { class: "rules" }, lines("added", d.added), lines("changed", d.changed.map((c) => `${c.id} (${c.fields.join(", ")})`)), lines("removed", d.removed)))));
}

async function stored() {
  await reloadPeople();
  changed();
  say(t("saved"), { kind: "good" });
}

const weekFound = ({ sessions, patients, findings }) => h("section", { class: "options" }, h("p", {}, t("weekFound", { sessions, patients })),
  findings.length ? [h("p", {}, t("weekBreaks")), h("ul", { class: "rules" }, findings.map((f) => h("li", {}, f.text)))] : h("p", { class: "good" }, t("weekClean")));

async function weekStored({ timetable }) {
  await loadWeek(state.start, timetable);
  note({ t: timetable });
  changed();
  say(t("publishedNow"), { kind: "good", action: { label: t("showTimetable"), run: () => { location.hash = address({ view: "timetable" }); } } });
}

export function importForm() {
  const link = (filled) => h("a", { class: "button", href: `${clinicPath()}/sheets?filled=${filled}`, download: true }, t(filled ? "sheetsFilled" : "sheetsEmpty"));
  return [h("section", { class: "panel" }, h("h2", {}, t("part.import")), h("p", {}, t("importWhy")), h("div", { class: "row" }, link(false), link(true)),
    chooser(t("importFile"), null, (dry) => `${clinicPath()}/imports${dry ? "?dry_run=true" : ""}`, "apply", difference, stored)),
  may("publish") && h("section", { class: "panel" }, h("h2", {}, t("weekNow")), h("p", {}, t("weekNowWhy", { date: weekLabel(state.start) })),
    chooser(t("weekFile"), t("weekFileHint"), (dry) => `${clinicPath()}/imports/week?week_start=${state.start}${dry ? "&dry_run=true" : ""}`, "publish", weekFound, weekStored))];
}
