package dev.tegula.text.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Wraps one line of text at a width: at white space, after hyphens inside words, and through words that are too long. */
final class WordWrap {
    /** A run of white space, a dash of several hyphens, a part of a word up to a hyphen between letters, or a word. */
    private static final Pattern HYPHENS = Pattern.compile("[\\t-\\r ]+"
            + "|(?<=[\\w!\"'&.,?])-{2,}(?=\\w)"
            + "|[^\\t-\\r ](?:(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))(?=[^\\d\\W]-?[^\\d\\W])"
            + "|(?=[\\t-\\r ]|$)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w)|[^\\t-\\r ])*?"
            + "(?:(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))(?=[^\\d\\W]-?[^\\d\\W])"
            + "|(?=[\\t-\\r ]|$)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w))");
    private static final Pattern WORDS = Pattern.compile("[\\t-\\r ]+|[^\\t-\\r ]+");

    private WordWrap() {}

    static List<String> wrap(String line, int width, boolean breakLong, boolean hyphens, Meter meter) {
        Deque<String> chunks = new ArrayDeque<>();
        Matcher matcher = (hyphens ? HYPHENS : WORDS).matcher(line);
        while (matcher.find()) {
            meter.step();
            if (!matcher.group().isEmpty()) {
                chunks.add(matcher.group());
            }
        }
        List<String> lines = new ArrayList<>();
        while (!chunks.isEmpty()) {
            Deque<String> current = new ArrayDeque<>();
            int length = 0;
            if (chunks.peek().isBlank() && !lines.isEmpty()) {
                chunks.poll();
            }
            while (!chunks.isEmpty() && length + StringOps.length(chunks.peek()) <= width) {
                length += StringOps.length(chunks.peek());
                current.add(chunks.poll());
            }
            if (!chunks.isEmpty() && StringOps.length(chunks.peek()) > width) {
                breakWord(chunks, current, width - length, width, breakLong, hyphens);
            }
            if (!current.isEmpty() && current.peekLast().isBlank()) {
                current.pollLast();
            }
            if (!current.isEmpty()) {
                lines.add(String.join("", current));
            }
            meter.step();
        }
        return lines;
    }

    /** Puts as much of a word that is longer than a line as there is room for, or all of it on a line of its own. */
    private static void breakWord(Deque<String> chunks, Deque<String> current, int room, int width, boolean breakLong,
            boolean hyphens) {
        int space = width < 1 ? 1 : room;
        if (breakLong) {
            String word = chunks.poll();
            int end = Math.max(0, space);
            if (hyphens && StringOps.length(word) > end) {
                int hyphen = StringOps.substring(word, 0, end).lastIndexOf('-');
                if (hyphen > 0 && word.substring(0, hyphen).chars().anyMatch(c -> c != '-')) {
                    end = word.codePointCount(0, hyphen) + 1;
                }
            }
            int cut = StringOps.offset(word, end);
            current.add(word.substring(0, cut));
            chunks.addFirst(word.substring(cut));
        } else if (current.isEmpty()) {
            current.add(chunks.poll());
        }
    }
}
