package peer;

import java.util.ArrayList;
import java.util.List;

/** All places that a clinician's availability allows. */
final class Places {
    final List<Place> list = new ArrayList<>();
    private final Place[][][][][] at; // [type][day][unit][clinician][room class, or 0]

    Places(Week week) {
        int types = week.types.size(), clinicians = week.clinicians.size(), classes = week.capacity.length;
        at = new Place[types][week.days][week.units][clinicians][];
        for (int t = 0; t < types; t++) {
            int[] leaders = week.leaders[t];
            for (int d = 0; d < week.days; d++)
                for (int u = 0; u < week.units; u++)
                    for (int c = 0; c < clinicians; c++) {
                        if ((week.clinicianOk[c][t][d] >>> u & 1) == 0 || leaders != null && !contains(leaders, c)) continue;
                        at[t][d][u][c] = new Place[week.group[t] ? classes : 1];
                        for (int k = 0; k < at[t][d][u][c].length; k++) {
                            Place place = new Place(list.size(), t, d, u, week.length[t], c, week.group[t] ? k : -1);
                            at[t][d][u][c][k] = place;
                            list.add(place);
                        }
                    }
        }
    }

    private static boolean contains(int[] some, int one) {
        for (int x : some) if (x == one) return true;
        return false;
    }

    /** Null where the clinician may not lead the type or is not available. */
    Place at(int type, int day, int unit, int clinician, int roomClass) {
        Place[] classes = at[type][day][unit][clinician];
        return classes == null ? null : classes[Math.max(0, roomClass)];
    }
}
