package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-written passes against the published regular expressions, run by java.util.regex on short random texts. */
class PreTokenizerTest {

    private static final String S = "[\\p{IsWhite_Space}]";
    private static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+|"
            + S + "+(?!\\P{IsWhite_Space})|" + S + "+";
    private static final String CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
    private static final String ENDS = S + "*[\\r\\n]+|" + S + "+(?!\\P{IsWhite_Space})|" + S + "+";
    private static final String SYMBOLS = " ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+";
    private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String UPPER = "[\\p{L}&&[^a-z]]";
    private static final String LOWER = "[\\p{L}&&[^A-Z]]";

    private static String cl100k(String digits) {
        return CONTRACTIONS + "|" + LEAD + "\\p{L}+|" + digits + "|" + SYMBOLS + "[\\r\\n]*|" + ENDS;
    }

    private static String cased(String suffix, String digits) {
        return LEAD + UPPER + "*" + LOWER + "+" + suffix + "|" + LEAD + UPPER + "+" + LOWER + "*" + suffix + "|"
                + digits
                + "|" + SYMBOLS + "[\\r\\n/]*|" + ENDS;
    }

    private static String[] patterns(String name) {
        return switch (name) {
            case "default" -> new String[]{"[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"};
            case "falcon" -> new String[]{"[\\p{P}$+<=>^~|`]+", GPT2, "[0-9][0-9][0-9]"};
            case "gpt-2", "phi-2", "mpt" -> new String[]{GPT2};
            case "starcoder", "refact", "command-r", "smollm" -> new String[]{"\\p{N}", GPT2};
            case "llama-bpe" -> new String[]{cl100k("\\p{N}{1,3}")};
            case "qwen2" -> new String[]{cl100k("\\p{N}")};
            case "tekken" -> new String[]{cased("", "\\p{N}")};
            case "gpt-4o" -> new String[]{cased(CONTRACTIONS + "?", "\\p{N}{1,3}")};
            case "deepseek-coder" -> new String[]{"[\\r\\n]", S + "?\\p{L}+", S + "?\\p{P}+",
                "[\\u4E00-\\u9FA5\\u0800-\\u4E00\\uAC00-\\uD7FF&&[^\\p{IsWhite_Space}]]+", "\\p{N}"};
            case "deepseek-v3" -> new String[]{"\\p{N}{1,3}", "[\\u4E00-\\u9FA5\\u3040-\\u309F\\u30A0-\\u30FF]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
                        + " ?[\\p{P}\\p{S}]+[\\r\\n]*|" + ENDS};
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Cuts as a chain of regular expressions does, keeping what lies between matches. */
    private static List<String> cut(List<String> parts, String pattern) {
        List<String> finer = new ArrayList<>();
        Pattern compiled = Pattern.compile(pattern);
        for (String part : parts) {
            Matcher m = compiled.matcher(part);
            int done = 0;
            while (m.find()) {
                if (m.start() > done) {
                    finer.add(part.substring(done, m.start()));
                }
                finer.add(m.group());
                done = m.end();
            }
            if (done < part.length()) {
                finer.add(part.substring(done));
            }
        }
        return finer;
    }

    static List<String> split(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        CodePoints points = new CodePoints(bytes, 0, bytes.length);
        IntList ends = PreTokenizer.named(name).split(points);
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ends.size(); i++) {
            int to = points.offsets[ends.get(i)];
            words.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            from = to;
        }
        return words;
    }

    private static final String[] FRAGMENTS = {" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "a", "the", "The",
        "ABC",
        "é", "É", "\u4e2d\u6587", "\u3053", "\ud55c", "1", "1234", "\u0665", "'", "'s", "'LL", "'ve", "!", "...", "$",
        "~", "`", "/", "=", "\u0301", "e\u0301", "\ud83d\ude00", "\u200b", "\u2019", "\uff01", "-", "_", "Kelvin"};

    @ParameterizedTest
    @ValueSource(strings = {"default", "falcon", "gpt-2", "phi-2", "mpt", "starcoder", "refact", "command-r", "smollm",
        "llama-bpe", "qwen2", "tekken", "gpt-4o", "deepseek-coder", "deepseek-v3"})
    void cutsAsThePublishedPatternsDo(String name) {
        Random random = new Random(name.hashCode());
        String[] patterns = patterns(name);
        for (int n = 0; n < 3000; n++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
            }
            List<String> expected = List.of(text.toString());
            for (String pattern : patterns) {
                expected = cut(expected, pattern);
            }
            assertEquals(expected, split(name, text.toString()), name + " on '" + text + "'");
        }
    }

    @Test
    void deepSeekLlmKeepsScriptsWithoutCaseApart() {
        assertEquals(List.of("Hello", " World", "\n", "12", "\u4e2d\u6587", "\u3002", " x"),
                split("deepseek-llm", "Hello World\n12\u4e2d\u6587\u3002 x"));
        assertEquals(List.of("a", "   "), split("deepseek-llm", "a   "));
    }

    @Test
    void casedLettersAreThoseOfTheRanges() {
        for (int c : new int[]{'A', 'z', 0xB5, 0x1BA, 0x1BC, 0x2126, 0xFB06, 0x10400, 0x1E943}) {
            assertTrue(CasedLetters.has(c), Integer.toHexString(c));
        }
        for (int c : new int[]{0, '@', '[', '{', 0xAA, 0x1BB, 0x294, 0x4E00, 0x1E944, 0x10FFFF}) {
            assertFalse(CasedLetters.has(c), Integer.toHexString(c));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unheard-of", "LLAMA3", "gpt2 "})
    void refusesUnknownAndMissingNames(String name) {
        TokenizerException e = assertThrows(TokenizerException.class, () -> PreTokenizer.named(name));
        assertTrue(e.getMessage().contains("tokenizer.ggml.pre") && e.getMessage().contains("--pre"), e.getMessage());
        assertTrue(e.getMessage().contains(name), e.getMessage());
        assertThrows(TokenizerException.class, () -> PreTokenizer.named(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "falcon", "gpt-2", "smollm", "llama-bpe", "qwen2", "tekken", "gpt-4o",
        "deepseek-llm", "deepseek-coder", "deepseek-v3"})
    void longRunsOfOneKindEndInLinearWork(String name) {
        for (String unit : new String[]{"a", "A", " ", "\n", "1", "'", "~", " \n", "aA"}) {
            byte[] text = unit.repeat((1 << 18) / unit.length()).getBytes(StandardCharsets.US_ASCII);
            IntList ends = PreTokenizer.named(name).split(new CodePoints(text, 0, text.length));
            assertEquals(1 << 18, ends.get(ends.size() - 1), name);
        }
    }
}
