package peer;

import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.move.AbstractMove;

/** Some attendances get other places (or none), as one move. */
public final class Change extends AbstractMove<Timetable> {
    private final int[] attendances;
    private final Place[] places;

    Change(int[] attendances, Place[] places) {
        this.attendances = attendances;
        this.places = places;
    }

    @Override
    public boolean isMoveDoable(ScoreDirector<Timetable> director) {
        return attendances.length > 0;
    }

    @Override
    protected void doMoveOnGenuineVariables(ScoreDirector<Timetable> director) {
        var entities = director.getWorkingSolution().getAttendances();
        for (int i = 0; i < attendances.length; i++) set(director, entities.get(attendances[i]), places[i]);
    }

    static void set(ScoreDirector<Timetable> director, Attendance attendance, Place place) {
        director.beforeVariableChanged(attendance, "place");
        attendance.setPlace(place);
        director.afterVariableChanged(attendance, "place");
    }
}
