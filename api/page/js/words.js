// The page's language: one catalogue file each; dates, times and numbers as the reader's region writes them.

export const LANGUAGES = [["en", "English"], ["es", "Español"]];
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const known = LANGUAGES.map(([code]) => code);
let words = {};
let locale = "en";
let plurals = new Intl.PluralRules("en");

function preferred() {
  const kept = localStorage.getItem("language");
  const asked = [kept, ...navigator.languages].filter(Boolean);
  const code = asked.map((tag) => tag.slice(0, 2)).find((tag) => known.includes(tag)) ?? "en";
  return [code, navigator.languages.find((tag) => tag.startsWith(code)) ?? code];
}

export async function loadWords(base) {
  const [code, region] = preferred();
  const answer = await fetch(`${base}words/${code}.json`);
  words = await answer.json();
  locale = region;
  plurals = new Intl.PluralRules(locale);
  formats.clear();
  document.documentElement.lang = code;
  return code;
}

export function chooseLanguage(code) {
  localStorage.setItem("language", code);
}

/** A text of the catalogue with its gaps filled; `n` chooses between one and several. */
export function t(key, gaps = {}) {
  let text = words[key] ?? key;
  if (typeof text === "object") text = text[plurals.select(gaps.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in gaps ? gaps[name] : whole));
}

/** The catalogue's words for a code of the service, or the code itself for one it does not know. */
export const termed = (group, code) => words[`${group}.${code}`] ?? code;

const formats = new Map();
function format(kind, options) {
  const key = `${kind}${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    const Made = kind === "date" ? Intl.DateTimeFormat : kind === "list" ? Intl.ListFormat : Intl.NumberFormat;
    formats.set(key, new Made(locale, options));
  }
  return formats.get(key);
}

const tidy = (text) => text.replace(/[\u202f\u2009]/g, "\u00a0").replace(/\s*–\s*/g, "–");
// Wall-clock times are shown as they are: everything is formatted as if it were UTC.
const instant = (minutes, date = "2001-01-01") => Date.parse(`${date}T00:00Z`) + minutes * 60000;
const times = new Map();
const remembered = (key, make) => {
  if (!times.has(key)) times.set(key, make());
  return times.get(key);
};
const clockOf = () => format("date", { hour: "numeric", minute: "2-digit", timeZone: "UTC" });

export const clock = (minutes) =>
  minutes === 1440 ? t("midnight") : remembered(`${locale}${minutes}`, () => tidy(clockOf().format(instant(minutes))));
export const span = (from, to) =>
  remembered(`${locale}${from}-${to}`, () =>
    to > 1439 ? `${clock(from)}–${clock(to)}` : tidy(clockOf().formatRange(instant(from), instant(to))));
export const hourLabel = (minutes) =>
  remembered(`${locale}h${minutes}`, () =>
    tidy(format("date", { hour: "numeric", timeZone: "UTC" }).format(instant(minutes))));

const dated = (date, options) => format("date", { ...options, timeZone: "UTC" }).format(instant(0, date));
export const shortDay = (date) => dated(date, { weekday: "short" });
export const longDay = (date) => dated(date, { weekday: "long" });
export const dayAndDate = (date) => dated(date, { weekday: "short", day: "numeric", month: "short" });
export const fullDate = (date) => dated(date, { weekday: "long", day: "numeric", month: "long" });
export const shortDate = (date) => dated(date, { day: "numeric", month: "short" });
export const weekLabel = (date) => dated(date, { day: "numeric", month: "short", year: "numeric" });
export const moment = (iso) =>
  tidy(format("date", { weekday: "short", hour: "numeric", minute: "2-digit" }).format(Date.parse(iso)));
/** The date and the time of day that it is now where the clinic is. */
export const today = (timeZone) => new Date().toLocaleDateString("sv", { timeZone });
export const timeNow = (timeZone) => new Date().toLocaleTimeString("sv", { timeZone, hour: "2-digit", minute: "2-digit" });
/** A weekday by its code, independent of any week. */
export const weekday = (code, style = "long") =>
  format("date", { weekday: style, timeZone: "UTC" }).format(instant(0, `2001-01-0${DAYS.indexOf(code) + 1}`));

export const number = (value, options = {}) => format("number", options).format(value);
export const percent = (share, digits = 0) =>
  number(share, { style: "percent", maximumFractionDigits: digits });
export const hours = (minutes) => t("hours", { n: number(minutes / 60, { maximumFractionDigits: 2 }) });
export const list = (items, type = "conjunction") => format("list", { type }).format(items);
