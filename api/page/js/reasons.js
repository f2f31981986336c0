// Why a place is barred, in few words: one line a kind of reason, with everybody it is about.

import { state } from "./state.js";
import { list, t, termed } from "./words.js";

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?:]$/.test(text) ? "" : ".");

function people(names) {
  const shown = names.slice(0, 4);
  return names.length > 4 ? t("andMore", { who: shown.join(", "), n: names.length - 4 }) : list(shown);
}

const whoseOf = (r) => r.params?.patient ?? r.params?.clinician ?? r.params?.room ?? r.subject;

/** Whether the catalogue has words for it: an explanation counts places under the code of the rule, and names nobody. */
function isKnown(code, reason) {
  const words = termed("why", code);
  return words !== code && (Boolean(whoseOf(reason)) || !JSON.stringify(words).includes("{who}"));
}

/** Reasons or findings (code, params, text) as sentences in the reader's language. */
export function reasonWords(reasons) {
  const { week } = state;
  const groups = new Map();
  for (const reason of reasons) {
    const code = reason.params?.code ?? reason.code ?? "";
    const known = isKnown(code, reason);
    const key = known ? code : reason.text;
    if (!groups.has(key)) groups.set(key, { code, known, all: [] });
    groups.get(key).all.push(reason);
  }
  return [...groups.values()].map(({ code, known, all }) => {
    const params = all[0].params ?? {};
    if (!known) return sentence(all[0].text);
    const who = [...new Set(all.map(whoseOf).filter(Boolean))];
    const name = (id) => (week.patients.has(id) ? week.person(id) : week.clinicians.has(id) ? week.clinician(id) : week.rooms.has(id) ? week.room(id) : id);
    return t(`why.${code}`, { ...params, who: people(who.map(name)), n: who.length, credentials: [params.credentials ?? []].flat().join(", "), features: [params.features ?? []].flat().join(", ") });
  });
}
