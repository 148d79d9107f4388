package dev.tegula.sample;

import java.util.List;

/**
 * Ends a stream of text where one of several strings appears, and never shows any part of that string.
 *
 * <p>Text goes in piece by piece; what comes out is all that can no longer become part of a stop string. The stop string
 * completed first decides, the longest one if several end at the same character, so the result does not depend on how
 * the text is cut into pieces. Not thread-safe; one per sequence.
 */
public final class StopStrings {
    private final String[] stops;
    private final StringBuilder held = new StringBuilder();
    private String matched;

    /**
     * @param stops the strings, none empty; an empty list never stops
     * @throws IllegalArgumentException if a string is empty
     */
    public StopStrings(List<String> stops) {
        for (String stop : stops) {
            if (stop.isEmpty()) {
                throw new IllegalArgumentException("a stop string must have at least 1 character");
            }
        }
        this.stops = stops.toArray(String[]::new);
    }

    /**
     * Takes the next piece of text.
     *
     * @return the text that is safe to show now, possibly empty; nothing more comes once {@link #stopped()}
     */
    public String accept(CharSequence piece) {
        if (matched != null) {
            return "";
        }
        for (int i = 0; i < piece.length(); i++) {
            held.append(piece.charAt(i));
            matched = completed();
            if (matched != null) {
                String shown = held.substring(0, held.length() - matched.length());
                held.setLength(0);
                return shown;
            }
        }
        return release(held.length() - pending());
    }

    /**
     * Ends the text without a stop string.
     *
     * @return what was held back; empty if {@link #stopped()}
     */
    public String finish() {
        return release(held.length());
    }

    /** Whether a stop string has appeared. */
    public boolean stopped() {
        return matched != null;
    }

    /** The stop string that appeared, or null. */
    public String matched() {
        return matched;
    }

    private String release(int length) {
        String shown = held.substring(0, length);
        held.delete(0, length);
        return shown;
    }

    private String completed() {
        String longest = null;
        for (String stop : stops) {
            if (endsWith(stop, stop.length()) && (longest == null || stop.length() > longest.length())) {
                longest = stop;
            }
        }
        return longest;
    }

    // The length of the longest end of the held text that is the beginning of a stop string.
    private int pending() {
        int longest = 0;
        for (String stop : stops) {
            int length = Math.min(stop.length() - 1, held.length());
            while (length > longest && !endsWith(stop, length)) {
                length--;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private boolean endsWith(String stop, int length) {
        int start = held.length() - length;
        if (start < 0) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (held.charAt(start + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
