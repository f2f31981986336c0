package peer;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;
import java.util.Iterator;
import java.util.Random;

/** The two custom kinds of move, mixed: of patients (their sessions, their week) and of whole groups. */
public final class Moves implements MoveIteratorFactory<Timetable, Change> {
    private Plan known;
    private PatientMoves patients;
    private GroupMoves groups;
    private Draft draft;
    private static final int GROUP_SHARE = Integer.getInteger("peer.groups", 25); // percent

    @Override
    public long getSize(ScoreDirector<Timetable> director) {
        return director.getWorkingSolution().getAttendances().size();
    }

    @Override
    public Iterator<Change> createOriginalMoveIterator(ScoreDirector<Timetable> director) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterator<Change> createRandomMoveIterator(ScoreDirector<Timetable> director, Random random) {
        Plan plan = director.getWorkingSolution().plan;
        if (plan != known) {
            known = plan;
            draft = new Draft(plan, random);
            patients = new PatientMoves(draft);
            groups = new GroupMoves(draft);
        }
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Change next() {
                if (random.nextInt(100) < GROUP_SHARE) groups.tryOne();
                else patients.tryOne();
                return draft.change();
            }
        };
    }
}
