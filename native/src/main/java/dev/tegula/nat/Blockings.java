package dev.tegula.nat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The blocking of each kind of linear layer on an instruction set.
 *
 * @param byKind a blocking per kind
 * @param source where they come from, for people
 */
record Blockings(Map<LinearKind, Blocking> byKind, String source) {
    private static final Map<Isa, Blockings> USED = new ConcurrentHashMap<>();

    /** Copies; every kind must be there. */
    Blockings {
        byKind = Map.copyOf(byKind);
        if (byKind.size() != LinearKind.values().length) {
            throw new IllegalArgumentException("blockings of " + byKind.keySet() + " only");
        }
    }

    /** What this machine uses, looked up once: what was measured on it, else the table's. */
    static Blockings of(Isa isa) {
        return USED.computeIfAbsent(isa,
                i -> TunedFile.of(i).read().orElseGet(() -> BlockingTable.of(i)));
    }

    /** That of a kind. */
    Blocking of(LinearKind kind) {
        return byKind.get(kind);
    }

    /** The same with another of one kind. */
    Blockings with(LinearKind kind, Blocking blocking) {
        Map<LinearKind, Blocking> changed = new EnumMap<>(byKind);
        changed.put(kind, blocking);
        return new Blockings(changed, source);
    }

    /** Where they come from, and each of them, on a line of its own. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("blocking: " + source);
        for (LinearKind kind : LinearKind.values()) {
            lines.add("%-9s ".formatted(kind.label()) + of(kind));
        }
        return lines;
    }
}
