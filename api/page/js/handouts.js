// Hand-outs: one page a patient, neutral unless asked otherwise, printed by the browser.

import { has, part } from "./calls.js";
import { button, choice, h, refill, select } from "./dom.js";
import { note, state, timetablePath } from "./state.js";
import { fullDate, hours, list, span, t, weekLabel } from "./words.js";

export async function show(main, more) {
  const view = { one: more.one ?? "", full: false };
  const draw = () => {
    const { week, timetable } = state;
    if (!timetable) { refill(main, h("h1", {}, t("tab.handouts")), h("p", { class: "panel" }, t("noTimetable"))); return; }
    const people = week.resources("patient");
    const shown = people.filter((p) => !view.one || p.id === view.one);
    refill(main, h("div", { class: "no-print options" }, h("h1", {}, t("tab.handouts")), h("p", {}, t("handoutsWhy")),
      h("div", { class: "row" }, select([["", t("all.patient")], ...people.map((p) => [p.id, p.label])], view.one, (one) => { view.one = one; note({ one: one || null }); draw(); }, { "aria-label": t("showOne") }),
        choice(t("wording"), [["neutral", t("neutral")], ["full", t("inFull")]], view.full ? "full" : "neutral", (x) => { view.full = x === "full"; draw(); }),
        button(t("print", { n: shown.length }), () => print(), { class: "primary" }),
        has("export") && ["csv", "xlsx"].map((format) => h("a", { class: "button", href: `${timetablePath()}/export?format=${format}`, download: true }, t(`export.${format}`))),
        has("export") && view.one && h("a", { class: "button", href: `${timetablePath()}/export?format=ics&patient=${part(view.one)}`, download: true }, t("export.ics")))),
    h("div", { class: "sheets" }, shown.map((p) => sheet(week, p, view.full))));
  };
  draw();
  return { update: draw };
}

function sheet(week, person, full) {
  const sessions = week.sessions.filter((s) => s.patients.includes(person.id));
  const head = full ? ["day", "time", "session", "with", "room"] : ["day", "time"];
  const rows = week.days.flatMap((d) => {
    const own = sessions.filter((s) => s.day === d);
    return own.map((s, i) => h("tr", {}, i === 0 && h("th", { scope: "rowgroup", rowspan: own.length }, fullDate(week.dates[d])), h("td", {}, span(s.from, s.to)),
      full && [h("td", {}, s.name), h("td", {}, list(s.clinicians.map((c) => week.clinician(c)))), h("td", {}, s.type?.delivery === "telehealth" ? t("telehealth") : s.room ? week.room(s.room) : "")]));
  });
  return h("section", { class: "sheet" }, h("h2", {}, t("yourWeek", { who: person.label })), h("p", {}, full ? t("sheetFull", { date: weekLabel(week.start), clinic: week.clinic.clinic.name ?? "" }) : t("sheetNeutral", { date: weekLabel(week.start) })),
    state.timetable.status !== "published" && h("p", {}, t("sheetDraft")),
    rows.length ? h("table", {}, h("thead", {}, h("tr", {}, head.map((x) => h("th", { scope: "col" }, t(`sheet.${x}`))))), h("tbody", {}, rows)) : h("p", {}, t("noSessions")),
    h("p", {}, t("sheetTotal", { hours: hours(sessions.reduce((sum, s) => sum + s.to - s.from, 0)) })));
}
