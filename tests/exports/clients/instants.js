// Reads calendars (a JSON list of texts) on standard input with ical.js and their own zones; writes the instants
// of every event of each.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const instant = (time) => new Date(time.toUnixTime() * 1000).toISOString();

const seen = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, instant(event.startDate), instant(event.endDate), event.summary, event.sequence];
  });
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(seen)));
