package dev.tegula.bench;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Commands as people paste them into a shell. */
public final class Shell {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

    private Shell() {}

    /** A word in quotation marks of the shell. */
    public static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** A line of words, in quotation marks where a shell would take them for something else. */
    public static String line(List<String> words) {
        return words.stream()
                .map(word -> PLAIN.matcher(word).matches() ? word : quoted(word))
                .collect(Collectors.joining(" "));
    }
}
