// The clinic at a glance: rooms and clinicians by day as a heat map, groups by fill, where an hour would help.

import { get, has } from "./calls.js";
import { button, h, icon, refill } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { address, state, timetablePath } from "./state.js";
import { takenOn } from "./week.js";
import { hourLabel, hours, longDay, percent, shortDay, span, t } from "./words.js";

export async function show(main) {
  const draw = () => {
    const { week, timetable } = state;
    refill(main, h("div", { class: "options" }, h("h1", {}, t("tab.insight")), !timetable ? h("p", { class: "panel" }, t("noTimetable")) : [
      h("div", { class: "two" }, use(week, "room"), use(week, "clinician")), wanted(week), has("explanations") && gains(), fill(week)]));
  };
  draw();
  return { update: draw };
}

const total = (intervals) => intervals.reduce((sum, [a, b]) => sum + b - a, 0);

/** A table of shares; each cell's number is there to be read, the colour only helps the eye. */
function heat(name, columns, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, h("div", { class: "heat", role: "table", "aria-label": name, vars: { "--columns": columns.length } },
    h("div", { role: "row" }, h("div", { role: "columnheader" }, h("span", { class: "unseen" }, name)), columns.map((c) => h("div", { role: "columnheader" }, c))),
    rows.map(([head, cells]) => h("div", { role: "row" }, h("div", { role: "rowheader" }, head), cells.map((c) =>
      h("div", { role: "cell", class: `${c.share === null ? "none" : ""}${c.peak ? " peak" : ""}`, vars: { "--heat": c.share ?? 0 }, title: c.title }, c.text))))));
}

function use(week, what) {
  const sessions = week.by(what);
  const rows = week.resources(what).filter((r) => r.id).map((r) => {
    let [used, could] = [0, 0];
    const cells = week.days.map((d) => {
      const free = total(week.available(what, r.id, d));
      const busy = sessions.get(r.id).filter((s) => s.day === d).reduce((sum, s) => sum + s.to - s.from, 0);
      used += busy;
      could += free;
      return free ? { share: Math.min(1, busy / free), text: percent(busy / free), title: t("usedOf", { used: busy / 60, of: free / 60 }) } : { share: null, text: "–" };
    });
    cells.push(could ? { share: used / could, text: percent(used / could) } : { share: null, text: "–" });
    return [h("a", { href: address({ view: "timetable", more: { by: what, one: r.id } }) }, r.label), cells];
  });
  return h("section", { class: "panel" }, h("h2", {}, t(`used.${what}`)), heat(t(`used.${what}`), [...week.days.map((d) => shortDay(week.dates[d])), t("wholeWeek")], rows));
}

/** For each hour: how many patients short of care could come then, and whether somebody could lead. */
function wanted(week) {
  const ids = week.short.map((f) => f.id);
  const [from, to] = week.range;
  const columns = [];
  for (let m = from; m < to; m += 60) columns.push(m);
  const inside = (intervals, m) => intervals.some(([a, b]) => a <= m && m + 60 <= b);
  const busy = new Map(week.resources("patient").map((p) => [p.id, []]));
  for (const s of week.sessions) for (const p of s.patients) busy.get(p)?.push(s);
  const free = new Map(ids.map((id) => [id, week.days.map((d) => {
    const taken = takenOn(week.patients.get(id), week.dates[d]).filter((x) => x.hard);
    return (m) => inside(week.available("patient", id, d), m) && !taken.some((x) => x.from - (x.commitment.travel_minutes ?? 0) < m + 60 && m < x.to + (x.commitment.travel_minutes ?? 0)) &&
      !busy.get(id).some((s) => s.day === d && s.from < m + 60 && m < s.to);
  })]));
  const leaders = (d, m) => [...week.clinicians.keys()].filter((c) => inside(week.available("clinician", c, d), m) && !week.sessions.some((s) => s.day === d && s.clinicians.includes(c) && s.from < m + 60 && m < s.to));
  const grid = week.days.map((d, i) => columns.map((m) => ({ d, m, n: inside(week.open[d], m) ? ids.filter((id) => free.get(id)[i](m)).length : null, led: leaders(d, m).length })));
  const most = Math.max(0, ...grid.flat().map((c) => c.n ?? 0));
  const best = grid.flat().filter((c) => c.n === most && most > 0).sort((a, b) => a.led - b.led);
  const words = best.length === 0 ? t("nobodyShort") : t(best[0].led ? "helpRoom" : "helpClinician", { n: most, when: `${longDay(week.dates[best[0].d])} ${span(best[0].m, best[0].m + 60)}` });
  return h("section", { class: "panel" }, h("h2", {}, t("whereHelp")), h("p", {}, icon(best.length ? "warn" : "check"), " ", words), best.length > 0 && h("p", { class: "hint" }, t("whereHelpWhy")),
    best.length > 0 && heat(t("whereHelp"), columns.map(hourLabel), grid.map((row, i) => [longDay(week.dates[week.days[i]]),
      row.map((c) => (c.n === null ? { share: null, text: "·" } : { share: c.n / most, text: String(c.n), peak: best.includes(c), title: t("helpCell", { n: c.n, led: c.led }) }))])));
}

/** What one more of something would bring the clinic, proved by searching again: asked for, since it takes a while. */
function gains() {
  const place = h("div", { class: "options" });
  const go = button(t("askGains"), async () => {
    go.disabled = true;
    refill(place, h("p", { role: "status" }, t("checking")));
    try {
      const { body } = await get(`${timetablePath()}/explanations`);
      const found = body.clinic?.gains ?? [];
      refill(place, found.length ? h("ol", { class: "rules" }, found.map((g) => h("li", {}, g.text, " ", t("gain", { n: g.patients_helped, hours: hours(g.restored_minutes) })))) : h("p", {}, t("noGain")));
    } catch (refusal) { refill(place); tellRefusal(refusal); }
    go.disabled = false;
  });
  return h("section", { class: "panel" }, h("h2", {}, t("gainsTitle")), h("p", { class: "hint" }, t("gainsWhy")), h("div", { class: "row" }, go), place);
}

function fill(week) {
  const groups = week.sessions.filter((s) => s.type?.mode === "group").map((s) => ({ s, share: s.patients.length / (s.type.size?.max || s.patients.length || 1) })).sort((a, b) => a.share - b.share);
  return h("section", { class: "panel" }, h("h2", {}, t("byFill")), h("p", { class: "hint" }, t("byFillWhy")), h("ul", { class: "hours-list" }, groups.map(({ s, share }) =>
    h("li", {}, h("a", { href: address({ view: "timetable", more: { day: s.day, mark: s.id } }) }, `${s.name}, ${week.when(s)}`), h("span", { class: "figure" }, week.seats(s)), h("span", { class: "bar-track", "aria-hidden": "true", vars: { "--share": share } })))));
}
