package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small vocabularies against plain, slow references. */
class TokenizerTest {

    /** Tokens: the 256 byte letters, then words made by the merges, then two special tokens. */
    static Vocabulary bpe(String... merges) {
        List<String> tokens = letters();
        for (String merge : merges) {
            tokens.add(merge.replace(" ", ""));
        }
        tokens.add("<|end|>");
        tokens.add("<tool>");
        int[] types = new int[tokens.size()];
        java.util.Arrays.fill(types, 1);
        types[types.length - 2] = 3;
        types[types.length - 1] = 4;
        return Vocabulary.builder(TokenizerModel.BPE)
                .tokens(tokens.toArray(new String[0]))
                .types(types)
                .merges(merges)
                .pre("gpt-2")
                .special(SpecialToken.EOS, tokens.size() - 2)
                .build();
    }

    static List<String> letters() {
        List<String> out = new ArrayList<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean own = b > 0x20 && b < 0x7F || b > 0xA0 && b != 0xAD;
            out.add(Character.toString(own ? b : next++));
        }
        return out;
    }

    private static final String[] MERGES = {"a b", "b a", "a a", "ab a", "aa b", "ab ab", "\u0120 a", "\u0120a b",
        "b b", "bb a", "aba b", "\u00c3 \u00a9", "aa aa", "c ab"};

    @Test
    void byteLevelBpeMergesAsThePlainAlgorithmDoes() {
        Vocabulary vocabulary = bpe(MERGES);
        Tokenizer tokenizer = Tokenizer.of(vocabulary);
        Random random = new Random(5);
        for (int n = 0; n < 2000; n++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append("aaabbbc \u00e9\n".charAt(random.nextInt(10)));
            }
            List<Integer> expected = new ArrayList<>();
            for (String word : PreTokenizerTest.split("gpt-2", text.toString())) {
                slowMerge(vocabulary, word, expected);
            }
            int[] ids = tokenizer.encode(text, false, false);
            assertArrayEquals(expected.stream().mapToInt(i -> i).toArray(), ids, "'" + text + "'");
            assertEquals(text.toString(), tokenizer.decode(ids));
        }
    }

    private static void slowMerge(Vocabulary vocabulary, String word, List<Integer> ids) {
        List<String> letters = letters();
        List<String> symbols = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(letters.get(b & 0xff));
        }
        List<String> merges = List.of(MERGES);
        while (true) {
            int best = -1;
            int rank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int r = merges.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
                if (r >= 0 && r < rank) {
                    rank = r;
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
        symbols.forEach(s -> ids.add(vocabulary.find(s)));
    }

    @Test
    void aMergeMayLeadThroughASpellingThatIsNoToken() {
        List<String> tokens = letters();
        tokens.add("abc");
        Vocabulary v = Vocabulary.builder(TokenizerModel.BPE)
                .tokens(tokens.toArray(new String[0]))
                .pre("gpt-2")
                .merges("a b", "ab c")
                .build();
        Tokenizer t = Tokenizer.of(v);
        assertArrayEquals(new int[]{256}, t.encode("abc", false, false));
        assertArrayEquals(new int[]{'a', 'b'}, t.encode("ab", false, false), "falls apart into its letters");
    }

    @Test
    void wholeWordsWinWhereMergesAreIgnored() {
        List<String> tokens = letters();
        tokens.add("abc");
        VocabularyBuilder b = Vocabulary.builder(TokenizerModel.BPE)
                .tokens(tokens.toArray(new String[0]))
                .merges("b c")
                .special(SpecialToken.BOS, 0);
        assertArrayEquals(new int[]{0, 256}, Tokenizer.of(b.pre("llama-bpe").build()).encode("abc", true, false));
        tokens.add("bc");
        b = Vocabulary.builder(TokenizerModel.BPE).tokens(tokens.toArray(new String[0])).merges("b c");
        assertArrayEquals(new int[]{'a', 257}, Tokenizer.of(b.pre("gpt-2").build()).encode("abc", true, false));
    }

    static Vocabulary sentencePiece(boolean bytes) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        for (int b = 0; bytes && b < 256; b++) {
            tokens.add(String.format("<0x%02X>", b));
            types.add(6);
        }
        for (String t : new String[]{"\u2581", "a", "b", "ab", "ba", "\u2581a", "aba", "\u2581ab", "bb", "<", "s", ">",
            "<s", "\u2581\u2581"}) {
            tokens.add(t);
            types.add(1);
        }
        float[] scores = new float[tokens.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -(i * 37 % 11); // with ties, which the left pair wins
        }
        return Vocabulary.builder(TokenizerModel.SENTENCEPIECE)
                .tokens(tokens.toArray(new String[0]))
                .scores(scores)
                .types(types.stream().mapToInt(i -> i).toArray())
                .build();
    }

    @Test
    void sentencePieceMergesAsThePlainAlgorithmDoes() {
        Vocabulary v = sentencePiece(true);
        Tokenizer tokenizer = Tokenizer.of(v);
        Random random = new Random(6);
        for (int n = 0; n < 2000; n++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append("aaabbb  \u00e9\n".charAt(random.nextInt(10)));
            }
            List<Integer> expected = slowSentencePiece(v, "\u2581" + text.toString().replace(' ', '\u2581'));
            int[] ids = tokenizer.encode(text, false, false);
            assertArrayEquals(expected.stream().mapToInt(i -> i).toArray(), ids, "'" + text + "'");
            assertEquals(text.toString(), tokenizer.decode(ids));
        }
    }

    private static List<Integer> slowSentencePiece(Vocabulary v, String text) {
        List<String> symbols = new ArrayList<>();
        text.codePoints().forEach(c -> symbols.add(Character.toString(c)));
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int id = v.find(symbols.get(i) + symbols.get(i + 1));
                if (id >= 0 && (best < 0
                        || v.score(id) > v.score(v.find(symbols.get(best) + symbols.get(best + 1))))) {
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
        }
        List<Integer> ids = new ArrayList<>();
        for (String s : symbols) {
            if (v.find(s) >= 0) {
                ids.add(v.find(s));
            } else {
                for (byte b : s.getBytes(StandardCharsets.UTF_8)) {
                    ids.add(v.find(String.format("<0x%02X>", b)));
                }
            }
        }
        return ids;
    }

    @Test
    void plainTextNeverSpellsAControlToken() {
        Vocabulary v = sentencePiece(true);
        Tokenizer t = Tokenizer.of(v);
        int[] parsed = {1, v.find("\u2581a"), 2};
        assertArrayEquals(parsed, t.encode("<s>a</s>", false, true));
        assertArrayEquals(new int[]{v.find("\u2581"), v.find("<s"), v.find(">")}, t.encode("<s>", false, false));
        assertArrayEquals(new int[]{1}, t.encode("", true, true));
        assertArrayEquals(new int[0], t.encode("", false, true));
        assertEquals(" a", Tokenizer.of(v).decode(new int[]{v.find("\u2581"), v.find("\u2581a")}));
    }

    @Test
    void withoutByteTokensUnknownCharactersBecomeTheUnknownToken() {
        Vocabulary v = sentencePiece(false);
        assertArrayEquals(new int[]{v.find("\u2581a"), 0, v.find("b")},
                Tokenizer.of(v).encode("a\u00e9b", false, false));
    }

    @Test
    void wordPieceTakesTheLongestTokenInNormalizedWords() {
        String[] tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581cafe", "\u2581un", "aff", "able", "\u2581,",
            "\u2581\u4e2d",
            "s", "\u2581una"};
        Vocabulary v = Vocabulary.builder(TokenizerModel.WORDPIECE)
                .tokens(tokens)
                .types(3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1)
                .special(SpecialToken.UNK, 1)
                .special(SpecialToken.BOS, 2)
                .special(SpecialToken.SEP, 3)
                .build();
        Tokenizer t = Tokenizer.of(v);
        assertArrayEquals(new int[]{2, 4, 8, 9, 4, 3}, t.encode("Caf\u00e9,\u4e2d cafe\u0301", true, false));
        assertArrayEquals(new int[]{4, 10}, t.encode("\u0000cafes", false, false));
        assertArrayEquals(new int[]{1}, t.encode("unaffable", false, false), "greedy: no other split is tried");
        assertArrayEquals(new int[]{1, 8}, t.encode("xyz,", false, false));
        assertArrayEquals(new int[]{3, 4}, t.encode("[SEP]cafe", false, true));
        assertEquals("cafes ,", t.decode(new int[]{4, 10, 8}));
    }

    @Test
    void specialTokensAreCutOutLongestFirst() {
        Vocabulary v = bpe(MERGES);
        Tokenizer t = Tokenizer.of(v);
        int end = v.find("<|end|>");
        int tool = v.find("<tool>");
        assertArrayEquals(new int[]{v.find("ab"), end, tool, 'c'}, t.encode("ab<|end|><tool>c", false, true));
        assertArrayEquals(new int[]{tool}, t.encode("<tool>", false, false), "user-defined tokens are always found");
        assertEquals(7, t.encode("<|end|>", false, false).length);
        assertEquals("ab<tool>c", t.decode(new int[]{v.find("ab"), end, tool, 'c'}));
        assertEquals("ab<|end|>", t.decode(new int[]{v.find("ab"), end}, true));
        assertEquals("<|end|>", t.piece(end));
    }

    @Test
    void longerSpecialTokensWinOverEarlierOnesAndSomeSwallowSpaces() {
        Vocabulary v = Vocabulary.builder(TokenizerModel.SENTENCEPIECE)
                .tokens("<unk>", "<s>", "</s>", "<x", "x>y>", "a", "<|user|>", "\u2581", "\u2581a")
                .scores(new float[9])
                .types(2, 3, 3, 4, 4, 1, 3, 1, 1)
                .names("Phi-3 mini", null)
                .build();
        Tokenizer t = Tokenizer.of(v);
        assertArrayEquals(new int[]{7, 0, 4}, t.encode("<x>y>", false, true));
        assertArrayEquals(new int[]{6, 8, 1, 7, 8}, t.encode("<|user|> \n a<s> a", false, true));
    }

    @Test
    void loneSurrogatesCountAsReplacementCharacters() {
        Tokenizer t = Tokenizer.of(bpe(MERGES));
        assertEquals("a\ufffdb", t.decode(t.encode("a\ud800b", false, false)));
        assertEquals("\ufffd\ufffd", t.decode(t.encode("\udc00\ud800", false, false)));
        assertEquals("\ud83d\ude00", t.decode(t.encode("\ud83d\ude00", false, false)));
    }

    @Test
    void aMillionEqualLettersMergeInReasonableWork() {
        String text = "a".repeat(1 << 20);
        Tokenizer t = Tokenizer.of(bpe(MERGES));
        int[] ids = t.encode(text, false, true);
        assertEquals(1 << 18, ids.length);
        assertEquals(text, t.decode(ids));
        Tokenizer s = Tokenizer.of(sentencePiece(true));
        assertEquals(text, s.decode(s.encode(text, false, true)));
    }
}
