package peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sessions of a timetable, as the contract writes them; rooms of a class coloured in order of start. */
final class Answer {
    private Answer() {}

    static String of(Timetable timetable) {
        Week week = timetable.week;
        Map<Place, List<String>> sessions = new HashMap<>();
        for (Attendance a : timetable.getAttendances())
            if (a.getPlace() != null)
                sessions.computeIfAbsent(a.getPlace(), x -> new ArrayList<>()).add(week.patients.get(a.patient).text("id"));
        List<Place> places = new ArrayList<>(sessions.keySet());
        places.sort(Comparator.comparingInt(p -> p.day * week.units + p.unit));
        int[] roomFree = new int[week.rooms.size()];
        StringBuilder out = new StringBuilder("{\"sessions\": [");
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            out.append(i == 0 ? "\n" : ",\n").append("{\"id\": \"s").append(i + 1);
            out.append("\", \"session_type\": \"").append(week.types.get(place.type).text("id"));
            out.append("\", \"start\": \"").append(clock(week, place, 0));
            out.append("\", \"end\": \"").append(clock(week, place, place.length));
            out.append("\", \"clinicians\": [\"").append(week.clinicians.get(place.clinician).text("id"));
            out.append("\"], \"room\": ").append(room(week, place, roomFree));
            out.append(", \"patients\": [\"").append(String.join("\", \"", sessions.get(place))).append("\"]}");
        }
        return out.append("\n]}\n").toString();
    }

    private static String room(Week week, Place place, int[] free) {
        if (place.roomClass < 0) return "null";
        int start = place.day * week.units + place.unit;
        for (int r = 0; r < free.length; r++)
            if (week.rooms.get(r).number("capacity", 0) == week.capacity[place.roomClass] && free[r] <= start) {
                free[r] = start + place.length;
                return "\"" + week.rooms.get(r).text("id") + "\"";
            }
        throw new IllegalStateException("no room left for a group: the score is wrong");
    }

    private static String clock(Week week, Place place, int later) {
        int minute = week.open + (place.unit + later) * week.grid;
        return week.first.plusDays(place.day + minute / 1440) + String.format("T%02d:%02d", minute % 1440 / 60, minute % 60);
    }
}
