package dev.tegula.text;

import dev.tegula.file.gguf.GgufArray;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufMetadata;
import dev.tegula.file.gguf.GgufValueType;
import java.util.Optional;

/** Makes the tokenizer that the {@code tokenizer.ggml.*} metadata of a GGUF file describe. */
public final class TokenizerLoader {

    private static final String PREFIX = "tokenizer.ggml.";

    private TokenizerLoader() {}

    /**
     * Makes a file's tokenizer.
     *
     * @param file
     *            open file
     * @param pre
     *            pre-tokenizer to use instead of the one the file names; null for the file's own
     * @return the tokenizer
     * @throws TokenizerException
     *             if the vocabulary is refused, naming the file; so is a pre-tokenizer that is unknown or missing
     * @throws dev.tegula.file.gguf.GgufException
     *             if a metadata value is missing or of a wrong type
     */
    public static Tokenizer load(GgufFile file, String pre) {
        try {
            return load(file.metadata(), pre, file.options().limits().vocabulary());
        } catch (TokenizerException e) {
            TokenizerException named = new TokenizerException(file.name() + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private static Tokenizer load(GgufMetadata metadata, String pre, long maxTokens) {
        VocabularyBuilder builder = Vocabulary.builder(TokenizerModel.ofGguf(metadata.getString(PREFIX + "model")));
        GgufArray tokens = metadata.getStringArray(PREFIX + "tokens");
        if (tokens.size() > maxTokens) {
            // Before their spellings are copied.
            throw new TokenizerException(
                    PREFIX + "tokens: " + tokens.size() + " tokens, 1.." + maxTokens + " expected");
        }
        builder.maxTokens(maxTokens).tokens(strings(tokens));
        builder.scores(scores(metadata));
        builder.types(metadata.findInts(PREFIX + "token_type").orElse(null));
        metadata.findStringArray(PREFIX + "merges").ifPresent(merges -> builder.merges(strings(merges)));
        builder.pre(pre != null ? pre : metadata.getString(PREFIX + "pre", null));
        roles(metadata, builder);
        builder.addBos(metadata.findBool(PREFIX + "add_bos_token").orElse(null));
        builder.addEos(metadata.findBool(PREFIX + "add_eos_token").orElse(null));
        builder.addSep(metadata.findBool(PREFIX + "add_sep_token").orElse(null));
        builder.addSpacePrefix(metadata.findBool(PREFIX + "add_space_prefix").orElse(null));
        builder.lowercase(metadata.findBool(PREFIX + "normalizer.lowercase").orElse(null));
        builder.stripAccents(metadata.findBool(PREFIX + "normalizer.strip_accents").orElse(null));
        builder.names(metadata.getString("general.name", null), metadata.getString("general.architecture", null));
        return Tokenizer.of(builder.build());
    }

    private static void roles(GgufMetadata metadata, VocabularyBuilder builder) {
        // spellings of before the keys had their present names; the present names win
        role(metadata, builder, SpecialToken.FIM_PRE, PREFIX + "prefix_token_id");
        role(metadata, builder, SpecialToken.FIM_SUF, PREFIX + "suffix_token_id");
        role(metadata, builder, SpecialToken.FIM_MID, PREFIX + "middle_token_id");
        role(metadata, builder, SpecialToken.BOS, PREFIX + "cls_token_id");
        for (SpecialToken role : SpecialToken.values()) {
            role(metadata, builder, role, role.ggufKey());
        }
    }

    private static void role(GgufMetadata metadata, VocabularyBuilder builder, SpecialToken role, String key) {
        metadata.findLong(key).ifPresent(id -> builder.special(role, id));
    }

    private static float[] scores(GgufMetadata metadata) {
        Optional<GgufArray> array = metadata.findArray(PREFIX + "scores");
        if (array.isEmpty() || array.get().elementType() != GgufValueType.INT32) {
            return metadata.findFloats(PREFIX + "scores").orElse(null);
        }
        int[] whole = metadata.getInts(PREFIX + "scores");
        float[] scores = new float[whole.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = whole[i];
        }
        return scores;
    }

    private static byte[][] strings(GgufArray array) {
        byte[][] out = new byte[array.size()][];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.stringBytes(i);
        }
        return out;
    }
}
