// What to tell whom after a change: a message a person, about that person's own week and nothing else.

import { button, h, icon, say } from "./dom.js";
import { messageFor } from "./difference.js";
import { t } from "./words.js";

const people = ({ patients, clinicians }, week) => [...patients.map((p) => [p, week.person(p.id)]), ...clinicians.map((p) => [p, week.clinician(p.id)])];
const title = (told) => t("messages", { n: told.length });

/** The messages with their names, all at once or one by one; who has been told can be ticked off. */
function listed(told, week) {
  const all = told.map(([p, name]) => `${name}\n${messageFor(p, week)}`).join("\n\n");
  return h("div", { class: "options" },
    h("div", { class: "row" }, button(t("copyAll"), () => copy(all))),
    h("div", { class: "changes" }, told.map(([p, name]) => {
      const text = messageFor(p, week);
      return h("section", { class: "options told" }, h("header", { class: "row" }, h("h3", {}, name),
        button(t("copyMessage"), () => copy(text), { class: "plain small", "aria-label": t("copyMessageTo", { who: name }) }),
        h("label", { class: "check" }, h("input", { type: "checkbox", "aria-label": t("toldWho", { who: name }) }), t("told"))), h("p", { class: "message" }, text));
    })));
}

/** Folded away while the change is only looked at. */
export function messagesOf(difference, week) {
  const told = people(difference, week);
  return told.length > 0 && h("details", {}, h("summary", {}, title(told)), listed(told, week));
}

/** Open, once the change holds. */
export function messagesToSend(difference, week, more) {
  const told = people(difference, week);
  return h("section", { class: "panel" }, h("h2", { class: "good", tabindex: "-1" }, icon("check"), t("repairApplied")), more,
    told.length ? [h("h3", {}, title(told)), listed(told, week)] : h("p", {}, t("nothingChanges")));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(t("copied"));
  } catch { say(t("copyByHand"), { kind: "fault" }); }
}
