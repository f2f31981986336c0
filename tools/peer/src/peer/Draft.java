package peer;

import java.util.Arrays;
import java.util.Random;

/**
 * A move being tried on the plan itself: every step is noted, so that the plan can be put back and the difference
 * handed to Timefold as one Change. All steps keep the hard rules, group minimums excepted; `mend` sees to those.
 */
final class Draft {
    final Plan plan;
    final Week week;
    final Random random;

    private final int[] touched; // attendances, the first `count`
    private final Place[] before;
    private final boolean[] isTouched;
    private int count;
    private final int[] loose; // attendances without a place that wait for one
    private int looseCount;
    private final Place[] doubtful = new Place[256]; // places that lost somebody
    private int doubtfulCount;

    Draft(Plan plan, Random random) {
        this.plan = plan;
        this.week = plan.week;
        this.random = random;
        int n = plan.placeOf.length;
        touched = new int[n];
        before = new Place[n];
        isTouched = new boolean[n];
        loose = new int[4 * n + 64];
    }

    private void touch(int a) {
        if (isTouched[a]) return;
        isTouched[a] = true;
        before[count] = plan.placeOf[a];
        touched[count++] = a;
    }

    void take(int a) {
        touch(a);
        Place place = plan.placeOf[a];
        plan.remove(a);
        if (week.least[place.type] > 1 && doubtfulCount < doubtful.length) doubtful[doubtfulCount++] = place;
    }

    void put(int a, Place place) {
        touch(a);
        plan.insert(a, place);
    }

    /** To be placed by `settle`. */
    void loosen(int a) {
        if (plan.placeOf[a] != null) take(a);
        if (looseCount < loose.length) loose[looseCount++] = a;
    }

    /** Places what is loose where it costs least, groups under their minimum dissolved. */
    void settle() {
        for (int round = 0; round < 6; round++) {
            while (looseCount > 0) {
                int i = random.nextInt(looseCount), a = loose[i];
                loose[i] = loose[--looseCount];
                if (plan.placeOf[a] == null) insertBest(a, round < 2);
            }
            if (!mend()) return;
        }
        while (looseCount > 0) looseCount--;
    }

    /** Dissolves groups that fell under their minimum. */
    private boolean mend() {
        boolean any = false;
        while (doubtfulCount > 0) {
            Place place = doubtful[--doubtfulCount];
            int n = plan.size[place.index];
            if (n == 0 || n >= week.least[place.type]) continue;
            any = true;
            for (int[] all = Arrays.copyOf(plan.members[place.index], n); n > 0; n--) loosen(all[n - 1]);
        }
        return any;
    }

    private boolean insertBest(int a, boolean mayEject) {
        Place best = best(a, null);
        if (best != null) {
            put(a, best);
            return true;
        }
        return mayEject && (random.nextInt(3) == 0 ? pushAside(a) : random.nextInt(2) == 0 && makeRoom(a));
    }

    /** The cheapest place (ties and near ones by chance) among open groups, or among free clinicians. */
    Place best(int a, Place except) {
        int p = plan.patientOf[a], t = plan.typeOf[a];
        return week.group[t] ? bestGroup(p, t, except) : bestAlone(p, t);
    }

    private Place bestGroup(int p, int t, Place except) {
        Place best = null;
        int least = Plan.NEVER;
        for (int i = 0, n = plan.openCount[t]; i < n; i++) {
            Place place = plan.openOf[t][i];
            if (place == except || plan.size[place.index] >= plan.seats(place)) continue;
            int price = plan.price(p, t, place.day, place.unit, place.mask);
            if (price == Plan.NEVER || !plan.separate(p, place)) continue;
            price = price * 16 + random.nextInt(16 * 12);
            if (price < least) {
                least = price;
                best = place;
            }
        }
        return best;
    }

    private Place bestAlone(int p, int t) {
        Place best = null;
        int least = Plan.NEVER, length = week.length[t];
        int first = random.nextInt(week.days);
        for (int i = 0; i < week.days; i++) {
            int d = (first + i) % week.days;
            for (long starts = week.patientOk[p][t][d]; starts != 0; starts &= starts - 1) {
                int u = Long.numberOfTrailingZeros(starts);
                long mask = ((1L << length) - 1) << u;
                int price = plan.price(p, t, d, u, mask);
                if (price == Plan.NEVER) continue;
                price = price * 16 + random.nextInt(16 * 12);
                if (price >= least) continue;
                int c = leader(p, t, d, u, mask);
                if (c < 0) continue;
                least = price;
                best = plan.all.at(t, d, u, c, -1);
            }
        }
        return best;
    }

    /** A free clinician for the type, by chance; -1 if there is none. */
    int leader(int p, int t, int d, int u, long mask) {
        int[] leaders = week.leaders[t];
        if (leaders == null) {
            int c = p < 0 ? -1 : week.primary[p];
            return c >= 0 && plan.clinicianFree(c, t, d, u, mask) ? c : -1;
        }
        if (leaders.length == 0) return -1;
        int first = random.nextInt(leaders.length);
        for (int i = 0; i < leaders.length; i++) {
            int c = leaders[(first + i) % leaders.length];
            if (plan.clinicianFree(c, t, d, u, mask)) return c;
        }
        return -1;
    }

    /** The patient's own other sessions give way: a place that is open but for them. */
    private boolean pushAside(int a) {
        int p = plan.patientOf[a];
        int[] own = plan.attendancesOf[p];
        int taken = 0;
        int[] out = new int[own.length];
        for (int i = 0, from = random.nextInt(own.length); i < own.length; i++) {
            int b = own[(from + i) % own.length];
            if (plan.placeOf[b] == null || b == a) continue;
            take(b);
            out[taken++] = b;
            Place place = best(a, null);
            if (place == null) continue;
            put(a, place);
            break;
        }
        for (int i = 0; i < taken; i++) loosen(out[i]);
        return plan.placeOf[a] != null;
    }

    /** Somebody in a full group goes to another one. */
    private boolean makeRoom(int a) {
        int p = plan.patientOf[a], t = plan.typeOf[a];
        if (!week.group[t]) return false;
        for (int i = 0, n = plan.openCount[t], from = n == 0 ? 0 : random.nextInt(n); i < n; i++) {
            Place place = plan.openOf[t][(from + i) % n];
            if (plan.size[place.index] < plan.seats(place)) continue;
            if (plan.price(p, t, place.day, place.unit, place.mask) == Plan.NEVER || !plan.separate(p, place)) continue;
            int size = plan.size[place.index];
            for (int j = 0, start = random.nextInt(size); j < size; j++) {
                int b = plan.members[place.index][(start + j) % size];
                take(b);
                Place other = best(b, place);
                if (other != null && plan.separate(p, place)) {
                    put(b, other);
                    put(a, place);
                    return true;
                }
                put(b, place);
                return false; // members have moved in their array: one try a group
            }
        }
        return false;
    }

    long cost() {
        return plan.cost;
    }

    /** Puts the plan back as it was; what was tried comes as one Change. */
    Change change() {
        int n = 0;
        int[] changed = new int[2 * count];
        Place[] to = new Place[2 * count];
        for (int i = 0; i < count; i++) // first out, then in: no clash in between
            if (before[i] != null && plan.placeOf[touched[i]] != before[i]) changed[n++] = touched[i];
        for (int i = 0; i < count; i++) {
            Place now = plan.placeOf[touched[i]];
            if (now == null || now == before[i]) continue;
            changed[n] = touched[i];
            to[n++] = now;
        }
        for (int i = 0; i < count; i++) if (plan.placeOf[touched[i]] != before[i] && plan.placeOf[touched[i]] != null) plan.remove(touched[i]);
        for (int i = 0; i < count; i++) {
            int a = touched[i];
            if (plan.placeOf[a] == null && before[i] != null) plan.insert(a, before[i]);
            isTouched[a] = false;
        }
        count = looseCount = doubtfulCount = 0;
        return new Change(Arrays.copyOf(changed, n), Arrays.copyOf(to, n));
    }
}
