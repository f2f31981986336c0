// Beside the timetable: the session in hand, who is short of hours, what is pinned.

import { has } from "./calls.js";
import { button, fetched, h, icon, refill } from "./dom.js";
import { pinOf, setPins, togglePin } from "./changing.js";
import { address, attended, may, state } from "./state.js";
import { hours, number, t } from "./words.js";

const personLink = (id, more) => h("a", { href: address({ view: "timetable", more: { by: "patient", one: id } }), ...more }, state.week.person(id));

const dialogs = () => fetched(import("./movedialog.js"));

/** A part of the attendance module, which is loaded only where a week is being attended. */
export function attending(make) {
  const place = h("div", { class: "options" });
  fetched(import("./attending.js")).then((m) => refill(place, make(m)));
  return place;
}

export function sessionPanel(view, s) {
  const { week } = view;
  const close = button(icon("cross"), () => view.select(null), { class: "plain quiet", "aria-label": t("close") });
  const changeable = view.movable;
  return h("section", { class: "panel details" },
    h("header", {}, h("h2", {}, h("span", { class: `swatch kind-${s.kind}`, "aria-hidden": "true" }), s.name), close),
    h("dl", {},
      h("dt", {}, t("when")), h("dd", {}, week.when(s)),
      h("dt", {}, t("where")), h("dd", {}, s.type?.delivery === "telehealth" ? t("telehealth") : week.room(s.room)),
      h("dt", {}, t("with")), h("dd", {}, s.clinicians.map((c) => week.clinician(c)).join(", ") || t("nobody"))),
    h("h3", {}, t("attending", { n: s.patients.length })),
    attended() ? attending((m) => m.marksOf(s, personLink)) : h("ul", { class: "people" }, s.patients.map((p) => h("li", {}, personLink(p),
      changeable && s.type?.mode === "group" && button(t("movePerson"), () => dialogs().then((m) => m.movePatientDialog(s, p)), { class: "plain small", "aria-label": t("movePersonLabel", { who: week.person(p) }) })))),
    h("div", { class: "row" },
      changeable && button(t("move"), () => dialogs().then((m) => m.moveDialog(s)), { class: "primary" }),
      may("plan") && has("pins") && button([icon("pin"), t(s.pinned ? "unpin" : "pin")], () => togglePin(s))),
    may("plan") && has("repairs") && s.clinicians.map((c) => h("a", { href: address({ view: "callout", more: { who: c, day: s.day } }) }, t("isAway", { who: week.clinician(c) }))),
    changeable && h("p", { class: "hint" }, t("keysHint")));
}

/** Every patient's hours against the program's minimum: those who are short first and always in sight. */
export function hoursPanel(week) {
  const short = week.short;
  const rest = [...week.figures.values()].filter((f) => f.unmet_minutes <= 0);
  const one = (f) => {
    const needed = week.needed(f.id) || f.care_minutes || 1;
    const share = f.care_minutes / (Math.max(needed, f.care_minutes) + f.unmet_minutes || 1);
    return h("li", {}, personLink(f.id), h("span", { class: "figure" }, week.enough(f) ? t("otherSessions") : t("hoursOf", { got: number(f.care_minutes / 60), of: number(needed / 60) })),
      f.unmet_minutes > 0 ? h("b", { class: "figure" }, `−${hours(f.unmet_minutes)}`) : h("span", { class: "bar-track", "aria-hidden": "true", vars: { "--share": Math.min(1, share) } }));
  };
  return h("section", { class: "panel hours" },
    h("h2", {}, short.length ? [icon("warn"), t("shortCount", { n: short.length })] : [icon("check"), t("nobodyShort")]),
    short.length > 0 && h("p", { class: "hint" }, t("shortSum", { hours: hours(short.reduce((sum, f) => sum + f.unmet_minutes, 0)) })),
    short.length > 0 && h("ul", { class: "hours-list short-list" }, short.map(one)),
    short.length > 0 && h("p", {}, h("a", { href: address({ view: "unplaced" }) }, t("whyShort"))),
    h("details", {}, h("summary", {}, t("allOthers", { n: rest.length })), h("ul", { class: "hours-list" }, rest.map(one))));
}

export function pinsPanel(view) {
  const { week } = view;
  const pinned = week.sessions.filter((s) => s.pinned);
  const shown = [...new Set([...view.surface?.querySelectorAll(".card") ?? []].map((c) => c.dataset.session))].map((id) => week.byId.get(id));
  const open = shown.filter((s) => !s.pinned);
  const people = week.pins.filter((p) => p.patient);
  return h("section", { class: "panel" }, h("details", {},
    h("summary", {}, h("h2", {}, icon("pin"), t("pinsCount", { n: week.pins.length }))),
    may("plan") && h("div", { class: "row" },
      button(t("pinView", { n: open.length }), () => setPins([...state.pins, ...open.map(pinOf)], t("saidPinnedMany", { n: open.length })), { disabled: !open.length }),
      button(t("unpinView"), () => setPins(state.pins.filter((_, i) => !shown.some((s) => s.pin === i)), t("saidUnpinnedMany")), { disabled: !shown.some((s) => s.pinned) })),
    h("ul", { class: "plain-list" }, pinned.map((s) => h("li", {}, h("span", {}, `${s.name}, ${week.when(s)}`),
      may("plan") && button(t("unpin"), () => togglePin(s), { class: "plain small", "aria-label": t("unpinLabel", { what: s.label }) }))),
      people.map((p) => h("li", {}, t("pinnedPerson", { who: week.person(p.patient), what: week.types.get(p.session_type)?.name || p.session_type }))))));
}

