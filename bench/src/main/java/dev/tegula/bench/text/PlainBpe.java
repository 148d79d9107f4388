package dev.tegula.bench.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Byte pair encoding as plainly as it can be written (Sennrich et al., arXiv:1508.07909), for texts of lower-case letters
 * and single blanks: learns merges from a text, and encodes words by them.
 */
final class PlainBpe {
    /** How byte-level vocabularies spell a blank. */
    private static final String BLANK = "\u0120";

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final List<String> merges = new ArrayList<>();

    /** Learns merges, the most frequent pair first, of equally frequent ones the first in the alphabet. */
    PlainBpe(String text, int count) {
        List<List<String>> words = words(text);
        for (List<String> word : words) {
            word.forEach(letter -> ids.putIfAbsent(letter, ids.size()));
        }
        for (int i = 0; i < count; i++) {
            Map<String, Integer> pairs = new TreeMap<>();
            for (List<String> word : words) {
                for (int j = 0; j + 1 < word.size(); j++) {
                    pairs.merge(word.get(j) + " " + word.get(j + 1), 1, Integer::sum);
                }
            }
            String best = pairs.entrySet()
                    .stream()
                    .max(Map.Entry.<String, Integer>comparingByValue())
                    .orElseThrow(() -> new IllegalArgumentException("a text for fewer than " + count + " merges"))
                    .getKey();
            merges.add(best);
            ids.putIfAbsent(best.replace(" ", ""), ids.size());
            words.forEach(word -> join(word, best));
        }
    }

    /** The words of a text, each with the blank before it, as letters. */
    private static List<List<String>> words(String text) {
        List<List<String>> words = new ArrayList<>();
        for (String word : text.split("(?= )")) {
            words.add(new ArrayList<>(List.of(word.replace(" ", BLANK).split(""))));
        }
        return words;
    }

    private static void join(List<String> word, String pair) {
        for (int j = 0; j + 1 < word.size(); j++) {
            if (pair.equals(word.get(j) + " " + word.get(j + 1))) {
                word.set(j, word.get(j) + word.remove(j + 1));
            }
        }
    }

    /** Spellings in the order of their ids. */
    String[] tokens() {
        return ids.keySet().toArray(String[]::new);
    }

    /** Pairs in the order of their rank. */
    String[] merges() {
        return merges.toArray(String[]::new);
    }

    /** Ids of a text. */
    int[] encode(String text) {
        Map<String, int[]> known = new HashMap<>();
        List<Integer> result = new ArrayList<>();
        for (List<String> word : words(text)) {
            int[] found = known.computeIfAbsent(String.join("", word), key -> {
                merges.forEach(pair -> join(word, pair));
                return word.stream().mapToInt(ids::get).toArray();
            });
            for (int id : found) {
                result.add(id);
            }
        }
        return result.stream().mapToInt(Integer::intValue).toArray();
    }
}
