package peer;

/**
 * Where an attendance can be: a type, a start, a clinician and, for a group, a class of equal rooms (which room of
 * the class is settled afterwards: intervals on equal rooms can always be coloured). All who are at a place form its
 * session.
 */
final class Place {
    final int index, type, day, unit, length, clinician, roomClass; // roomClass -1: no room
    final long mask;

    Place(int index, int type, int day, int unit, int length, int clinician, int roomClass) {
        this.index = index;
        this.type = type;
        this.day = day;
        this.unit = unit;
        this.length = length;
        this.clinician = clinician;
        this.roomClass = roomClass;
        this.mask = ((1L << length) - 1) << unit;
    }
}
