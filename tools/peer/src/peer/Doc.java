package peer;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Questions to a part of a problem document, with the contract's defaults for what is absent or null. */
record Doc(Map<String, Object> map) {
    @SuppressWarnings("unchecked")
    static Doc of(Object value) {
        return new Doc((Map<String, Object>) value);
    }

    boolean has(String name) {
        return map.get(name) != null;
    }

    String text(String name) {
        return (String) map.get(name);
    }

    int number(String name, int absent) {
        return has(name) ? ((Double) map.get(name)).intValue() : absent;
    }

    Doc doc(String name) {
        return of(map.get(name));
    }

    List<Doc> docs(String name) {
        return list(name).stream().map(Doc::of).toList();
    }

    List<String> texts(String name) {
        return list(name).stream().map(String.class::cast).toList();
    }

    @SuppressWarnings("unchecked")
    List<Object> list(String name) {
        return has(name) ? (List<Object>) map.get(name) : List.of();
    }

    /** A rule this model does not know must not be lost in silence. */
    void only(String what, String... known) {
        Set<String> names = Set.of(known);
        for (String name : map.keySet()) {
            Object value = map.get(name);
            boolean empty = value == null || value instanceof List<?> l && l.isEmpty() || Boolean.FALSE.equals(value);
            if (!empty && !names.contains(name))
                throw new IllegalArgumentException(what + ": this model knows nothing of '" + name + "'");
        }
    }

    /** Minutes after midnight of "HH:MM". */
    static int clock(String time) {
        return 60 * Integer.parseInt(time.substring(0, 2)) + Integer.parseInt(time.substring(3));
    }
}
