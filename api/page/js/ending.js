// Authorisations that end or run low, before the week is planned: whom somebody has to ask the payer about.

import { get, has } from "./calls.js";
import { h, icon, refill } from "./dom.js";
import { tellRefusal } from "./frame.js";
import { address, clinicPath, state } from "./state.js";
import { t } from "./words.js";

/** A panel that shows itself once somebody's authorisation needs a look. */
export function endingPanel() {
  const panel = h("section", { class: "panel progress-panel", hidden: true });
  if (!has("progress")) return panel;
  get(`${clinicPath()}/authorizations?week_start=${state.start}`).then(({ body }) => {
    const told = body.patients.filter((p) => p.warnings.length);
    panel.hidden = !told.length;
    refill(panel, h("h2", {}, t("endingTitle", { n: told.length })), h("ul", { class: "plain-list" }, told.map(line)));
  }, tellRefusal);
  return panel;
}

function line({ patient, warnings }) {
  const codes = [...new Set(warnings.map((w) => w.code))];
  const link = h("a", { href: address({ view: "timetable", more: { by: "patient", one: patient } }) }, state.week.person(patient));
  return h("li", {}, link, ": ", icon("warn"), " ", codes.map((code) => t(`warning.${code}`)).join(" "));
}
