package dev.tegula.text;

import dev.tegula.file.gguf.GgufLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects and checks what a vocabulary is made of. The setters' values are those of GGUF's {@code tokenizer.ggml.*}
 * metadata; what is not set takes the format's default for the family. Arrays are not copied and must not be changed.
 */
public final class VocabularyBuilder {

    // Most merges make a token of their own; others lead through spellings that are none.
    private static final long MERGES_PER_TOKEN = 4;
    // The table of merges has up to four times as many places, which an array's length must hold.
    private static final long MAX_MERGES = 1 << 28;

    /** The flags of a tokenizer, resolved. */
    record Flags(boolean addBos, boolean addEos, boolean addSep, boolean addSpacePrefix,
            boolean lowercase, boolean stripAccents) {}

    final TokenizerModel model;
    ByteStrings strings;
    float[] scores;
    byte[] attributes;
    final int[] roles = new int[SpecialToken.values().length];
    int[] endOfGeneration;
    final int[] byteTokens = new int[256];
    PreTokenizer preTokenizer;
    MergeTable mergeTable;
    String modelName = "";
    String architecture = "";

    private long maxTokens = GgufLimits.defaults().vocabulary();
    private byte[][] tokens;
    private int[] types;
    private byte[][] merges;
    private String pre;
    private final long[] givenRoles = new long[roles.length];
    private Boolean addBos;
    private Boolean addEos;
    private Boolean addSep;
    private Boolean addSpacePrefix;
    private Boolean lowercase;
    private Boolean stripAccents;

    VocabularyBuilder(TokenizerModel model) {
        this.model = model;
        Arrays.fill(givenRoles, Long.MIN_VALUE);
    }

    /**
     * Sets how many tokens are allowed; without it as many as {@link GgufLimits#defaults()} says.
     *
     * @param limit
     *            1 or more
     * @return this
     */
    public VocabularyBuilder maxTokens(long limit) {
        maxTokens = limit;
        return this;
    }

    /**
     * Sets the tokens' spellings in the order of their ids.
     *
     * @param texts
     *            UTF-8
     * @return this
     */
    public VocabularyBuilder tokens(byte[][] texts) {
        tokens = texts;
        return this;
    }

    /**
     * Sets the tokens' spellings in the order of their ids.
     *
     * @param texts
     *            spellings
     * @return this
     */
    public VocabularyBuilder tokens(String... texts) {
        return tokens(utf8(texts));
    }

    /**
     * Sets the tokens' scores.
     *
     * @param values
     *            one a token, or null for none
     * @return this
     */
    public VocabularyBuilder scores(float... values) {
        scores = values;
        return this;
    }

    /**
     * Sets the tokens' types.
     *
     * @param codes
     *            one a token, see {@link TokenType#ofCode}; null makes all tokens normal
     * @return this
     */
    public VocabularyBuilder types(int... codes) {
        types = codes;
        return this;
    }

    /**
     * Sets the merges of byte-level BPE, first merge first.
     *
     * @param pairs
     *            two spellings with a space between, UTF-8
     * @return this
     */
    public VocabularyBuilder merges(byte[][] pairs) {
        merges = pairs;
        return this;
    }

    /**
     * Sets the merges of byte-level BPE, first merge first.
     *
     * @param pairs
     *            two spellings with a space between
     * @return this
     */
    public VocabularyBuilder merges(String... pairs) {
        return merges(utf8(pairs));
    }

    /**
     * Names the pre-tokenizer, as {@code tokenizer.ggml.pre} does.
     *
     * @param name
     *            name; null where the file has none
     * @return this
     */
    public VocabularyBuilder pre(String name) {
        pre = name;
        return this;
    }

    /**
     * Gives a token a role.
     *
     * @param role
     *            role
     * @param id
     *            token; -1 for none
     * @return this
     */
    public VocabularyBuilder special(SpecialToken role, long id) {
        givenRoles[role.ordinal()] = id;
        return this;
    }

    /**
     * Sets whether texts begin with BOS.
     *
     * @param value
     *            flag; null for the default
     * @return this
     */
    public VocabularyBuilder addBos(Boolean value) {
        addBos = value;
        return this;
    }

    /**
     * Sets whether texts end with EOS.
     *
     * @param value
     *            flag; null for the default
     * @return this
     */
    public VocabularyBuilder addEos(Boolean value) {
        addEos = value;
        return this;
    }

    /**
     * Sets whether texts end with SEP.
     *
     * @param value
     *            flag; null for the default
     * @return this
     */
    public VocabularyBuilder addSep(Boolean value) {
        addSep = value;
        return this;
    }

    /**
     * Sets whether a space is put before texts.
     *
     * @param value
     *            flag; null for the default
     * @return this
     */
    public VocabularyBuilder addSpacePrefix(Boolean value) {
        addSpacePrefix = value;
        return this;
    }

    /**
     * Sets whether WordPiece lowers the text's case.
     *
     * @param value
     *            flag; null for the default, which is true
     * @return this
     */
    public VocabularyBuilder lowercase(Boolean value) {
        lowercase = value;
        return this;
    }

    /**
     * Sets whether WordPiece drops accents.
     *
     * @param value
     *            flag; null to do as the case flag says
     * @return this
     */
    public VocabularyBuilder stripAccents(Boolean value) {
        stripAccents = value;
        return this;
    }

    /**
     * Sets the names by which a few models are known whose special tokens swallow the white space beside them, which no
     * metadata says.
     *
     * @param name
     *            {@code general.name}; null for none
     * @param arch
     *            {@code general.architecture}; null for none
     * @return this
     */
    public VocabularyBuilder names(String name, String arch) {
        modelName = name == null ? "" : name;
        architecture = arch == null ? "" : arch;
        return this;
    }

    /**
     * Checks everything and makes the vocabulary.
     *
     * @return the vocabulary
     * @throws TokenizerException
     *             if something is missing, out of range or does not fit together
     */
    public Vocabulary build() {
        checkArrays();
        strings = new ByteStrings(tokens.length);
        for (byte[] token : tokens) {
            strings.add(token);
        }
        setAttributes();
        setRoles();
        if (model == TokenizerModel.BPE) {
            preTokenizer = PreTokenizer.named(pre);
            if (merges == null) {
                throw new TokenizerException("tokenizer.ggml.merges is missing; a 'gpt2' tokenizer needs it");
            }
            mergeTable = new MergeTable(strings, merges, Math.min(MAX_MERGES, MERGES_PER_TOKEN * maxTokens));
        } else {
            PreTokenizer.checkUnused(model, pre);
        }
        SpecialRules.apply(this, pre == null ? "" : pre);
        checkAdded(flags().addBos, SpecialToken.BOS, "add_bos_token");
        checkAdded(flags().addEos, SpecialToken.EOS, "add_eos_token");
        checkAdded(flags().addSep, SpecialToken.SEP, "add_sep_token");
        ByteTokens.fill(byteTokens, tokens, attributes, strings);
        tokens = null;
        merges = null;
        return new Vocabulary(this);
    }

    private void checkArrays() {
        if (tokens == null || tokens.length < 1 || tokens.length > maxTokens) {
            throw new TokenizerException(
                    "tokenizer.ggml.tokens: " + (tokens == null ? "missing" : tokens.length + " tokens")
                            + ", 1.." + maxTokens + " expected");
        }
        checkLength("scores", scores == null ? tokens.length : scores.length);
        checkLength("token_type", types == null ? tokens.length : types.length);
        if (scores == null) {
            if (model == TokenizerModel.SENTENCEPIECE) {
                throw new TokenizerException(
                        "tokenizer.ggml.scores is missing; a '" + model.ggufName() + "' tokenizer needs it");
            }
            return;
        }
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                throw new TokenizerException("tokenizer.ggml.scores[" + i + "] is not a number");
            }
        }
    }

    private void checkLength(String field, int length) {
        if (length != tokens.length) {
            throw new TokenizerException(
                    "tokenizer.ggml." + field + " has " + length + " entries, tokenizer.ggml.tokens "
                            + tokens.length);
        }
    }

    private void setAttributes() {
        attributes = new byte[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            int code = types == null ? 1 : types[i];
            if (code < 0 || code > 6) {
                throw new TokenizerException("tokenizer.ggml.token_type[" + i + "] = " + code + " is outside of 0..6");
            }
            attributes[i] = (byte) switch (TokenType.ofCode(code)) {
                case UNDEFINED -> 0;
                case NORMAL -> Vocabulary.NORMAL;
                case UNKNOWN -> Vocabulary.UNKNOWN;
                case CONTROL -> Vocabulary.CONTROL;
                case USER_DEFINED -> Vocabulary.USER_DEFINED;
                case UNUSED -> Vocabulary.UNUSED;
                case BYTE -> Vocabulary.BYTE;
            };
        }
    }

    private void setRoles() {
        Arrays.fill(roles, -1);
        if (model == TokenizerModel.SENTENCEPIECE) {
            setDefault(SpecialToken.UNK, 0);
            setDefault(SpecialToken.BOS, 1);
            setDefault(SpecialToken.EOS, 2);
        } else if (model == TokenizerModel.WORDPIECE) { // the ids of BERT's own vocabularies
            setDefault(SpecialToken.PAD, 0);
            setDefault(SpecialToken.UNK, 100);
            setDefault(SpecialToken.BOS, 101);
            setDefault(SpecialToken.SEP, 102);
            setDefault(SpecialToken.MASK, 103);
        }
        for (SpecialToken role : SpecialToken.values()) {
            long id = givenRoles[role.ordinal()];
            if (id == Long.MIN_VALUE) {
                continue;
            }
            if (id < -1 || id >= tokens.length) {
                throw new TokenizerException(
                        role.ggufKey() + " = " + id + " is outside of the vocabulary, 0.." + (tokens.length - 1));
            }
            roles[role.ordinal()] = (int) id;
        }
    }

    private void setDefault(SpecialToken role, int id) {
        roles[role.ordinal()] = id < tokens.length ? id : -1;
    }

    private void checkAdded(boolean added, SpecialToken role, String flag) {
        if (added && roles[role.ordinal()] < 0) {
            throw new TokenizerException(
                    "tokenizer.ggml." + flag + " holds for this tokenizer, but " + role.ggufKey() + " is missing");
        }
    }

    Flags flags() {
        boolean sp = model == TokenizerModel.SENTENCEPIECE;
        boolean lower = or(lowercase, true);
        return new Flags(
                or(addBos, sp || model == TokenizerModel.WORDPIECE || preTokenizer != null && preTokenizer.addBos()),
                or(addEos, false),
                or(addSep, model == TokenizerModel.WORDPIECE || preTokenizer != null && preTokenizer.addSep()),
                or(addSpacePrefix, sp), lower,
                or(stripAccents, lower));
    }

    private static boolean or(Boolean value, boolean fallback) {
        return value == null ? fallback : value;
    }

    private static byte[][] utf8(String[] texts) {
        byte[][] out = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            out[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
        return out;
    }
}
