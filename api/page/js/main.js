// Start: words, colours, who is signed in; then whatever the address asks for.

import { base, get, post, put, Refusal } from "./calls.js";
import { button, fetched, field, h, icon, keepingPlace, refill, say } from "./dom.js";
import { coloursButton, dress, frame, languageChoice, told } from "./frame.js";
import * as open from "./state.js";
import { loadWords, t } from "./words.js";

const { state } = open;
const app = document.getElementById("app");
const VIEWS = {
  timetable: () => import("./timetable.js"), plan: () => import("./plan.js"),
  unplaced: () => import("./unplaced.js"), availability: () => import("./availability.js"),
  newcomer: () => import("./newcomer.js"), callout: () => import("./callout.js"),
  insight: () => import("./insight.js"), handouts: () => import("./handouts.js"), setup: () => import("./setup.js"),
};
let surround = null;
let current = null;
let visit = 0;

dress();
await loadWords(base);
if (state.role) await enter();
else signIn();

addEventListener("hashchange", () => surround && arrive());
addEventListener("signed-out", () => {
  if (state.role) say(t("signedOut"), { kind: "fault", action: { label: t("signIn"), run: () => location.reload() } });
});
addEventListener("focus", look);
setInterval(() => document.visibilityState === "visible" && look(), 20000);
open.whenChanged(() => keepingPlace(app, () => {
  surround?.update();
  current?.update?.();
}, surround?.main));

/** Somebody else may have changed the week that is shown. */
async function look() {
  if (!state.timetable || document.querySelector("dialog[open], .picked")) return;
  const lines = await open.refresh().catch(() => []);
  if (lines.length) say(t("changedByOthers", { what: lines.slice(0, 3).join(" ") }));
}

function signIn() {
  const key = h("input", { type: "password", name: "key", autocomplete: "current-password", required: true, spellcheck: "false" });
  const wrong = h("p", { class: "fault", role: "alert" });
  const form = h("form", { class: "panel sign-in", onsubmit: send }, h("h1", {}, t("signInTitle")), h("p", {}, t("signInWhy")),
    field(t("key"), key, t("keyHint")), wrong, h("button", { type: "submit", class: "primary" }, t("signIn")));
  async function send(event) {
    event.preventDefault();
    refill(wrong);
    try {
      const { body } = await post("/v1/session", { key: key.value.trim() });
      state.role = body.role;
      await enter();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      refill(wrong, refusal.status === 401 ? t("wrongKey") : told(refusal));
      key.select();
    }
  }
  welcome(form);
  key.focus();
}

function welcome(content) {
  refill(app, h("div", { class: "welcome" }, h("div", { class: "welcome-bar" }, h("img", { src: `${base}icon.svg`, alt: "", width: 32, height: 32 }),
    h("strong", {}, t("product")), h("span", { class: "grow" }), languageChoice(), coloursButton()), h("main", { id: "main" }, content)));
  ready();
}

async function enter() {
  await open.loadClinics();
  if (!state.clinics.length) return empty();
  surround = frame(app);
  return arrive();
}

/** Nothing stored yet: the example is one click away. */
function empty() {
  const load = button(t("loadExample"), async () => {
    load.disabled = true;
    load.textContent = t("loading");
    const example = (await get(`${base}example.json`)).body;
    await storeExample(example);
    await open.loadClinics();
    surround = frame(app);
    location.hash = open.address({ clinic: example.clinic.id, week: example.clinic.week_start, view: "plan" });
    if (!current) await arrive();
  }, { class: "primary" });
  const own = button(t("startOwn"), () => fetched(import("./setup.js")).then((m) => m.newClinic()));
  welcome(h("section", { class: "panel sign-in" }, h("h1", {}, t("emptyTitle")), h("p", {}, t(open.may("clinic") ? "emptyWhy" : "emptyAsk")),
    open.may("clinic") && h("div", { class: "row" }, load, own)));
}

async function storeExample({ patients, cohorts, apart, baseline, pins, ...clinic }) {
  const { week_start: week, ...site } = clinic.clinic;
  const path = open.clinicPath(site.id);
  await put(path, { ...clinic, clinic: site });
  await put(`${path}/patients`, { patients });
  if (cohorts?.length) await put(`${path}/cohorts`, { cohorts });
  if (apart?.length) await put(`${path}/apart`, { apart });
  return week;
}

/** Open what the address names: clinic and week only when they are others than before. */
async function arrive() {
  const mine = ++visit;
  const from = document.activeElement;
  delete document.documentElement.dataset.ready;
  performance.mark("arrive");
  try {
    const { clinic, week, view, more } = open.route();
    const id = state.clinics.some((c) => c.id === clinic) ? clinic : state.clinics[0].id;
    const moved = id !== state.clinicId;
    if (moved) await open.loadClinic(id);
    const start = /^\d{4}-\d\d-\d\d$/.test(week ?? "") ? week : await open.likelyWeek(id);
    if (moved || start !== state.start) await open.loadWeek(start, more.t);
    if (mine !== visit) return;
    if (clinic !== id || week !== start) history.replaceState(null, "", open.address({ clinic: id, week: start, view, more }));
    const name = view in VIEWS ? view : "timetable";
    const module = await fetched(VIEWS[name]());
    if (mine !== visit) return;
    current?.leave?.();
    current = null;
    surround.main.className = `view-${name}`;
    refill(surround.main);
    surround.update();
    current = (await module.show(surround.main, more)) ?? null;
    performance.mark("shown");
    if (!from.isConnected && document.activeElement === document.body) surround.main.focus({ preventScroll: true });
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    refill(surround.main, h("p", { class: "panel fault" }, icon("warn"), " ", told(refusal)));
  }
  ready();
}

function ready() {
  document.documentElement.dataset.ready = "true";
}
