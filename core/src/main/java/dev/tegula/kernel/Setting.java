package dev.tegula.kernel;

import java.util.Optional;

/** A system property that takes one of a few words, checked alike wherever there is one. */
public final class Setting {
    private Setting() {}

    /**
     * Why a property cannot have a value, as a sentence that names both and the words there are, or nothing.
     *
     * @param property the property's name
     * @param value its value; empty when it is not set, which is right
     * @param words at least one
     */
    public static Optional<String> refuse(String property, String value, String... words) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            if (value.isEmpty() || value.equals(words[i])) {
                return Optional.empty();
            }
            all.append(i == 0 ? "" : i == words.length - 1 ? " or " : ", ").append(words[i]);
        }
        return Optional.of("-D" + property + "=" + value + ": must be " + all);
    }
}
