package dev.tegula.model.arch;

import java.util.List;
import java.util.Optional;

/** The closed table of model families. */
public final class Architectures {
    private static final List<Architecture> ALL = List.of(new Llama(), new Qwen2(), new Qwen3(), new BitNet(),
            new BitNetB158());

    private Architectures() {}

    /** The family that goes by a name. */
    public static Optional<Architecture> find(String name) {
        return ALL.stream().filter(family -> family.names().contains(name)).findFirst();
    }

    /** All names known. */
    public static List<String> names() {
        return ALL.stream().flatMap(family -> family.names().stream()).toList();
    }
}
