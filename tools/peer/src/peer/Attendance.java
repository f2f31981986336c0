package peer;

import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;

/** One session that a patient needs; without a place it is unmet. */
@PlanningEntity
public final class Attendance {
    int index, patient, type;

    @PlanningVariable(valueRangeProviderRefs = "places", allowsUnassigned = true)
    private Place place;

    public Attendance() {}

    Attendance(int index, int patient, int type, Place place) {
        this.index = index;
        this.patient = patient;
        this.type = type;
        this.place = place;
    }

    public Place getPlace() {
        return place;
    }

    public void setPlace(Place place) {
        this.place = place;
    }
}
