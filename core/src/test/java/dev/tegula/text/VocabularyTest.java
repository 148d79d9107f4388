package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {

    private static VocabularyBuilder plain(String... tokens) {
        return Vocabulary.builder(TokenizerModel.SENTENCEPIECE).tokens(tokens).scores(new float[tokens.length]);
    }

    private static void refused(VocabularyBuilder builder, String... words) {
        String message = assertThrows(TokenizerException.class, builder::build).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    @Test
    void refusesArraysOfOtherLengths() {
        refused(plain("a", "b", "c").scores(1, 2), "scores", "2", "3");
        refused(plain("a", "b", "c").types(1, 1, 1, 1), "token_type", "4", "3");
        refused(Vocabulary.builder(TokenizerModel.SENTENCEPIECE), "tokens", "missing");
        refused(plain(), "tokens", "0");
        refused(Vocabulary.builder(TokenizerModel.SENTENCEPIECE).tokens("a", "b", "c"), "scores", "missing");
        refused(plain("a", "b", "c").scores(0, Float.NaN, 0), "scores[1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<0x-1>", "<0x+1>", "<0xGG>", "<0x1>", "<0x001>", "0x10", "<0x10", "<0X10>", "<0x 1>", ""})
    void refusesMalformedByteTokens(String token) {
        refused(plain("<unk>", "<s>", "</s>", token).types(2, 3, 3, 6), "tokens[3]", "byte");
    }

    @Test
    void refusesIdsAndTypesOutOfRange() {
        refused(plain("a", "b", "c").special(SpecialToken.EOS, 3), "eos_token_id", "3", "0..2");
        refused(plain("a", "b", "c").special(SpecialToken.BOS, -2), "bos_token_id", "-2");
        refused(plain("a", "b", "c").special(SpecialToken.PAD, 1L << 32), "padding_token_id", "4294967296");
        refused(plain("a", "b", "c").types(1, 7, 1), "token_type[1]", "7");
        refused(plain("a", "b", "c").types(1, 1, -1), "token_type[2]", "-1");
        refused(plain("a", "b", "c").special(SpecialToken.BOS, -1), "bos");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", " ab", "ab ", "a b c", "", " "})
    void refusesMalformedMerges(String merge) {
        refused(Vocabulary.builder(TokenizerModel.BPE).tokens("a", "b", "ab").pre("gpt-2").merges("a b", merge),
                "merges[1]");
    }

    @Test
    void refusesByteLevelBpeWithoutMergesOrPreTokenizer() {
        refused(Vocabulary.builder(TokenizerModel.BPE).tokens("a").pre("gpt-2"), "merges");
        refused(Vocabulary.builder(TokenizerModel.BPE).tokens("a").merges("a a"), "tokenizer.ggml.pre", "missing");
        refused(Vocabulary.builder(TokenizerModel.BPE).tokens("a").merges("a a").pre("mystery"), "mystery");
        refused(Vocabulary.builder(TokenizerModel.BPE).tokens("a").merges("a a").pre("llama-bpe"), "bos");
        assertTrue(assertThrows(TokenizerException.class, () -> TokenizerModel.ofGguf("rwkv")).getMessage()
                .contains("rwkv"));
    }

    @Test
    void familiesWithoutPreTokenizerRefuseNamesThatAreNotTheirs() {
        VocabularyBuilder spm = plain("<unk>", "<s>", "</s>");
        for (String name : new String[]{null, "", "default"}) {
            spm.pre(name).build();
            spm = plain("<unk>", "<s>", "</s>");
        }
        refused(spm.pre("nonsense"), "tokenizer.ggml.pre", "'nonsense'", "'llama'", "default");
        refused(plain("<unk>", "<s>", "</s>").pre("llama-bpe"), "'llama-bpe'");
        for (String name : new String[]{null, "default", "bert-bge", "jina-v2-en"}) {
            assertEquals(4, wordPiece().pre(name).build().size());
        }
        refused(wordPiece().pre("nonsense"), "tokenizer.ggml.pre", "'nonsense'", "'bert'", "bert-bge");
    }

    private static VocabularyBuilder wordPiece() {
        return Vocabulary.builder(TokenizerModel.WORDPIECE)
                .tokens("[PAD]", "[UNK]", "[CLS]", "[SEP]")
                .special(SpecialToken.UNK, 1)
                .special(SpecialToken.BOS, 2)
                .special(SpecialToken.SEP, 3);
    }

    @Test
    void refusesMoreTokensAndMergesThanAllowed() {
        refused(plain("a", "b", "c").maxTokens(2), "tokenizer.ggml.tokens: 3 tokens, 1..2 expected");
        assertEquals(3, plain("a", "b", "c").maxTokens(3).build().size());
        refused(Vocabulary.builder(TokenizerModel.BPE)
                .tokens("a")
                .pre("gpt-2")
                .maxTokens(1)
                .merges("a a", "a b", "b a",
                        "b b", "b c"),
                "tokenizer.ggml.merges has 5 entries, at most 4");
    }

    @Test
    void ofDuplicatesTheFirstIsFound() {
        Vocabulary v = plain("<unk>", "<s>", "</s>", "x", "x", "").build();
        assertEquals(3, v.find("x"));
        assertEquals("x", v.text(4));
        assertEquals(-1, v.find(""));
        assertThrows(IndexOutOfBoundsException.class, () -> v.text(6));
        assertThrows(IndexOutOfBoundsException.class, () -> v.isControl(-1));
    }

    @Test
    void wellKnownSpellingsEndGeneration() {
        Vocabulary v = Vocabulary.builder(TokenizerModel.BPE)
                .tokens("a", "<|im_end|>", "<|endoftext|>", "b", "<|eom_id|>")
                .types(1, 1, 3, 1, 3)
                .merges("a b")
                .pre("qwen2")
                .special(SpecialToken.EOS, 3)
                .build();
        assertArrayEquals(new int[]{1, 2, 3, 4}, v.endOfGeneration());
        assertTrue(v.isControl(1), "whatever its type says");
        assertFalse(v.isControl(0));
        assertEquals(1, v.special(SpecialToken.EOT));
        assertEquals(4, v.special(SpecialToken.EOM));
        assertEquals(-1, v.special(SpecialToken.BOS));
        assertTrue(v.isEndOfGeneration(2));
        assertFalse(v.isEndOfGeneration(0));
    }

    @Test
    void inHarmonyVocabulariesEndOnlyEndsAMessage() {
        Vocabulary v = Vocabulary.builder(TokenizerModel.BPE)
                .tokens("<|return|>", "<|call|>", "<|end|>", "<|channel|>")
                .types(3, 3, 3, 3)
                .merges("a b")
                .pre("gpt-4o")
                .build();
        assertArrayEquals(new int[]{0, 1, 2}, concat(v.endOfGeneration(), v.special(SpecialToken.EOT)));
        assertTrue(v.isUserDefined(2) && v.isUserDefined(3));
    }

    private static int[] concat(int[] a, int b) {
        int[] out = java.util.Arrays.copyOf(a, a.length + 1);
        out[a.length] = b;
        return out;
    }

    @Test
    void indexSurvivesGrowthAndFindsEveryString() {
        ByteStrings strings = new ByteStrings(1);
        for (int i = 0; i < 5000; i++) {
            assertEquals(i, strings.add(("token-" + i * 7919).getBytes()));
        }
        for (int i = 0; i < 5000; i++) {
            assertEquals(i, strings.indexOf("token-" + i * 7919));
        }
        assertEquals(-1, strings.indexOf("token-1"));
        assertEquals(-1, strings.indexOf(""));
    }
}
