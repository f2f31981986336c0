package peer;

import java.util.Arrays;
import java.util.Random;

/** Moves of whole groups: to another start, clinician or room, closed, opened. */
final class GroupMoves {
    private final Draft draft;
    private final Plan plan;
    private final Week week;
    private final Random random;
    private final int[] groupTypes;
    private final int[][] wanting; // attendances of each type
    private final long[] queue;

    GroupMoves(Draft draft) {
        this.draft = draft;
        plan = draft.plan;
        week = draft.week;
        random = draft.random;
        int types = week.types.size(), n = plan.placeOf.length, groups = 0;
        groupTypes = new int[types];
        wanting = new int[types][];
        for (int t = 0; t < types; t++) {
            int count = 0;
            int[] all = new int[n];
            for (int a = 0; a < n; a++) if (plan.typeOf[a] == t) all[count++] = a;
            wanting[t] = Arrays.copyOf(all, count);
            if (week.group[t] && count > 0) groupTypes[groups++] = t;
        }
        this.groups = groups;
        queue = new long[n];
    }

    private final int groups;

    void tryOne() {
        if (groups == 0) return;
        int roll = random.nextInt(100);
        if (roll < 30) shift();
        else if (roll < 50) lead();
        else if (roll < 60) close();
        else if (roll < 85) open();
        else {
            Place gone = someGroup();
            if (gone != null) dissolve(gone);
            open();
        }
    }

    /** An open group, each as likely as any other. */
    private Place someGroup() {
        int total = 0;
        for (int g = 0; g < groups; g++) total += plan.openCount[groupTypes[g]];
        if (total == 0) return null;
        int i = random.nextInt(total), g = 0;
        while (i >= plan.openCount[groupTypes[g]]) i -= plan.openCount[groupTypes[g++]];
        return plan.openOf[groupTypes[g]][i];
    }

    private int[] empty(Place place) {
        int n = plan.size[place.index];
        int[] members = n == 0 ? new int[0] : Arrays.copyOf(plan.members[place.index], n);
        for (int a : members) draft.take(a);
        return members;
    }

    private void dissolve(Place place) {
        for (int a : empty(place)) draft.loosen(a);
    }

    private void close() {
        Place place = someGroup();
        Place other = someGroup();
        if (place == null) return;
        if (plan.size[other.index] < plan.size[place.index]) place = other; // rather the smaller one
        dissolve(place);
        draft.settle();
    }

    /** A place with a free clinician and room for the type at this start; null if there is none. */
    private Place vacant(int t, int d, int u) {
        if (!week.startOk[t][d][u]) return null;
        long mask = ((1L << week.length[t]) - 1) << u;
        int c = draft.leader(-1, t, d, u, mask);
        if (c < 0) return null;
        int classes = week.capacity.length, first = random.nextInt(classes);
        for (int i = 0; i < classes; i++) {
            int k = (first + i) % classes;
            if ((plan.roomFull[k][d] & mask) == 0) {
                Place place = plan.all.at(t, d, u, c, k);
                return place == null || plan.size[place.index] > 0 ? null : place;
            }
        }
        return null;
    }

    /** Another start, near or anywhere; those who cannot come go elsewhere, others may come instead. */
    private void shift() {
        Place was = someGroup();
        if (was == null) return;
        int t = was.type;
        int[] members = empty(was);
        Place place = null;
        for (int tries = 0; tries < 8 && place == null; tries++) {
            boolean near = random.nextBoolean();
            int d = near ? was.day : random.nextInt(week.days);
            int u = near ? was.unit + random.nextInt(9) - 4 : random.nextInt(week.units);
            if (u >= 0 && u < week.units && (d != was.day || u != was.unit)) place = vacant(t, d, u);
        }
        if (place == null) {
            for (int a : members) draft.put(a, was);
            return;
        }
        for (int a : members) {
            int p = plan.patientOf[a];
            boolean fits = plan.price(p, t, place.day, place.unit, place.mask) != Plan.NEVER
                    && plan.size[place.index] < plan.seats(place) && plan.separate(p, place);
            if (fits) draft.put(a, place);
            else draft.loosen(a);
        }
        if (random.nextBoolean()) gather(place);
        else if (plan.size[place.index] > 0 && plan.size[place.index] < week.least[t]) gather(place);
        draft.settle();
    }

    /** The same start with another clinician and room. */
    private void lead() {
        Place was = someGroup();
        if (was == null) return;
        int[] members = empty(was);
        Place place = vacant(was.type, was.day, was.unit);
        if (place == null || plan.seats(place) < members.length) place = was;
        for (int a : members) draft.put(a, place);
        if (place != was && plan.seats(place) > plan.seats(was) && random.nextBoolean()) {
            gather(place);
            draft.settle();
        }
    }

    private void open() {
        int t = groupTypes[random.nextInt(groups)];
        Place place = null;
        int wanted = wanting[t][random.nextInt(wanting[t].length)], p = plan.patientOf[wanted];
        for (int tries = 0; tries < 8 && place == null; tries++) {
            int d = random.nextInt(week.days), u = random.nextInt(week.units);
            if ((week.patientOk[p][t][d] >>> u & 1) != 0) place = vacant(t, d, u);
        }
        if (place == null) return;
        gather(place);
        if (plan.size[place.index] < week.least[t])
            for (int a : empty(place)) draft.loosen(a);
        draft.settle();
    }

    /** Whoever lacks the type, then those for whom coming from another group costs least. */
    private void gather(Place place) {
        int t = place.type, n = 0;
        for (int a : wanting[t]) {
            int p = plan.patientOf[a];
            if ((week.patientOk[p][t][place.day] >>> place.unit & 1) == 0) continue;
            Place was = plan.placeOf[a];
            if (was == place) continue;
            int gain;
            if (was == null) {
                int price = plan.price(p, t, place.day, place.unit, place.mask);
                if (price == Plan.NEVER) continue;
                gain = price - plan.unmet(a);
            } else {
                if (plan.size[was.index] <= week.least[t] && random.nextInt(4) != 0) continue;
                long before = plan.cost;
                plan.remove(a);
                int price = plan.price(p, t, place.day, place.unit, place.mask);
                gain = price == Plan.NEVER ? Plan.NEVER : price - (int) (before - plan.cost + plan.unmet(a));
                boolean emptied = plan.size[was.index] == 0;
                plan.insert(a, was);
                if (gain == Plan.NEVER || emptied) continue;
            }
            queue[n++] = ((long) gain * 16 + random.nextInt(16 * 30) << 20) + a;
        }
        Arrays.sort(queue, 0, n);
        int seats = plan.seats(place), least = week.least[t], tolerance = random.nextInt(3) * week.dayWeight / 2;
        for (int i = 0; i < n && plan.size[place.index] < seats; i++) {
            int a = (int) (queue[i] & (1 << 20) - 1);
            if (plan.size[place.index] >= least && (queue[i] >> 20) > 16L * tolerance) break;
            int p = plan.patientOf[a];
            Place was = plan.placeOf[a];
            if (was != null) draft.take(a);
            if (plan.price(p, t, place.day, place.unit, place.mask) != Plan.NEVER && plan.separate(p, place)) draft.put(a, place);
            else if (was != null) draft.put(a, was);
        }
    }
}
