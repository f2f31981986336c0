// What surrounds every view: clinic, week and version, the tabs, search, language and colours.

import { ask, has } from "./calls.js";
import { button, fetched, h, icon, refill, say, select } from "./dom.js";
import { address, changed, go, hasSessions, loadTimetable, may, note, route, state } from "./state.js";
import { addDays, weekWith } from "./week.js";
import { chooseLanguage, LANGUAGES, moment, t, termed, weekLabel } from "./words.js";

const TABS = [
  ["timetable", () => true], ["plan", () => true], ["unplaced", () => true], ["availability", () => true],
  ["newcomer", () => has("placements") && may("people")], ["callout", () => has("repairs") && may("plan")],
  ["insight", () => true], ["handouts", () => true], ["setup", () => true],
];

export function dress() {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

function turnColours() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  localStorage.setItem("theme", dark ? "light" : "dark");
  dress();
}

async function signOut() {
  await ask("DELETE", "/v1/session");
  history.replaceState(null, "", "/"); // no view is asked for once more before the page is gone
  location.reload();
}

export function languageChoice() {
  return select(LANGUAGES, document.documentElement.lang, (code) => { chooseLanguage(code); location.reload(); },
    { "aria-label": t("language"), class: "quiet" });
}

export const coloursButton = () =>
  button(icon("theme"), turnColours, { class: "plain", "aria-label": t("colours"), title: t("colours") });

const brand = () => h("a", { class: "brand", href: address({ view: "timetable" }) },
  h("img", { src: `${document.documentElement.dataset.static}icon.svg`, alt: "", width: 24, height: 24 }), h("span", {}, t("product")));

/** The frame with its parts still empty; `update` fills them after every change. */
export function frame(app) {
  const parts = {
    clinic: h("div", { class: "bar-part" }), week: h("div", { class: "bar-part week-picker" }),
    version: h("div", { class: "bar-part" }), tabs: h("nav", { "aria-label": t("views"), id: "tabs", onclick: () => document.getElementById("toasts").replaceChildren() }),
    main: h("main", { id: "main", tabindex: "-1" }),
  };
  const menu = button([icon("menu"), h("span", { class: "unseen" }, t("views"))], () => {
    const open = parts.tabs.classList.toggle("open");
    menu.setAttribute("aria-expanded", open);
  }, { class: "plain menu", "aria-expanded": "false", "aria-controls": "tabs" });
  refill(app,
    h("a", { class: "skip", href: "#main", onclick: (e) => { e.preventDefault(); parts.main.focus(); } }, t("skip")),
    h("header", { class: "bar" }, menu, brand(), parts.clinic, parts.week, parts.version,
      h("div", { class: "bar-end" }, search(), languageChoice(), coloursButton(),
        button(icon("out"), signOut, { class: "plain", "aria-label": t("signOut"), title: t("signOut") }))),
    parts.tabs, parts.main);
  return { main: parts.main, update: () => update(parts) };
}

function update(parts) {
  const { view } = route();
  refill(parts.clinic, state.clinics.length > 1
    ? select(state.clinics.map((c) => [c.id, c.name]), state.clinicId, (id) => go({ clinic: id, week: "", view }), { "aria-label": t("clinic") })
    : h("strong", { class: "clinic-name" }, state.clinic?.clinic.name || state.clinicId));
  refill(parts.week, ...weekPicker(view));
  refill(parts.version, ...versionPicker());
  const short = state.week?.short.length ?? 0;
  refill(parts.tabs, TABS.filter(([, shown]) => shown()).map(([name]) =>
    h("a", { href: address({ view: name }), "aria-current": name === view ? "page" : null }, t(`tab.${name}`),
      name === "unplaced" && short > 0 && h("span", { class: "count" }, String(short)))));
  parts.tabs.classList.remove("open");
  document.title = `${t(`tab.${view}`)} · ${weekLabel(state.start)} · ${t("product")}`;
}

function weekPicker(view) {
  const to = (days) => go({ week: addDays(state.start, days), view });
  let typing = false;
  const choose = () => {
    typing = false;
    const week = state.timetables.length ? weekWith(input.value || state.start, state.start) : input.value;
    if (week && week !== state.start) go({ week, view });
    else input.value = state.start;
  };
  // A date that is being typed is valid long before it is the one that is meant. Planned weeks tell on which
  // weekday weeks start; without one, any date does.
  const input = h("input", {
    type: "date", value: state.start, "aria-label": t("weekStarting"), class: "week-date", required: true,
    onkeydown: (e) => { if (e.key === "Enter") choose(); else typing ||= e.key !== "Tab"; },
    onchange: () => typing || choose(), onblur: () => typing && choose(),
  });
  return [
    button(icon("left"), () => to(-7), { class: "plain", "aria-label": t("weekBefore"), title: t("weekBefore") }),
    h("label", { class: "week-label" }, h("span", {}, t("weekOf", { date: weekLabel(state.start) })), input),
    button(icon("right"), () => to(7), { class: "plain", "aria-label": t("weekAfter"), title: t("weekAfter") }),
  ];
}

/** Which of the week's timetables is shown: the published one, drafts, earlier ones. */
function versionPicker() {
  // Every change by hand is a draft: the newest few are enough to choose from.
  const drafts = state.timetables.filter((x) => hasSessions(x) && !x.published_at).slice(0, 6);
  const options = state.timetables.filter((x) => hasSessions(x) && (x.published_at || drafts.includes(x) || x.id === state.timetable?.id))
    .map((x) => [x.id, t(`version.${x.status}`, { at: moment(x.published_at ?? x.created_at) })]);
  if (!options.length) return [h("span", { class: "chip" }, t("notPlanned"))];
  const status = state.timetable?.status ?? "";
  return [
    select(options, state.timetable?.id, async (id) => {
      await loadTimetable(id);
      note({ t: id });
      changed();
    }, { "aria-label": t("version"), class: `status-${status}` }),
  ];
}

// What finds is fetched when somebody goes to the field.
function search() {
  const found = h("ul", { class: "found", role: "listbox", id: "found", hidden: true, "aria-label": t("found") });
  const input = h("input", {
    type: "search", placeholder: t("search"), "aria-label": t("searchLabel"), role: "combobox", autocomplete: "off",
    "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
  });
  input.addEventListener("focus", () => fetched(import("./search.js")).then((m) => m.searching(input, found)), { once: true });
  return h("div", { class: "search" }, icon("search"), input, found);
}

/** A refusal in words: what the service said, a line each, or what to do about it. */
export function told(refusal) {
  if (refusal.status === 0) return t("offline");
  if (refusal.status === 401) return t("signedOut");
  if (refusal.status === 403) return t("notAllowed");
  const known = termed("refusal", refusal.code);
  const lines = refusal.lines ?? [refusal.message];
  return known === `${refusal.code}` ? lines.slice(0, 4).join(" ") : [known, ...(refusal.problem?.errors ? lines.slice(0, 4) : [])].join(" ");
}
export const tellRefusal = (refusal) => {
  if (!(refusal instanceof Error && "status" in refusal)) throw refusal;
  say(told(refusal), { kind: "fault" });
};
