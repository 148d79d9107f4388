package dev.tegula.text;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The tokens of a model with their scores and types, the roles of special tokens and the tokenizer's flags. Immutable;
 * made by {@link VocabularyBuilder}, which checks everything.
 *
 * <p>
 * Ids run from 0 to {@link #size()} - 1. Methods that take an id throw {@link IndexOutOfBoundsException} for any other.
 */
public final class Vocabulary {

    static final int UNKNOWN = 1;
    static final int UNUSED = 2;
    static final int NORMAL = 4;
    static final int CONTROL = 8;
    static final int USER_DEFINED = 16;
    static final int BYTE = 32;
    /** White space before the token belongs to the token. */
    static final int STRIP_LEFT = 64;
    /** White space behind the token belongs to the token. */
    static final int STRIP_RIGHT = 128;

    private final TokenizerModel model;
    private final ByteStrings tokens;
    private final float[] scores;
    private final byte[] attributes;
    private final int[] roles;
    private final int[] endOfGeneration;
    private final int[] byteTokens;
    private final VocabularyBuilder.Flags flags;
    private final PreTokenizer preTokenizer;
    private final MergeTable merges;

    Vocabulary(VocabularyBuilder b) {
        model = b.model;
        tokens = b.strings;
        scores = b.scores;
        attributes = b.attributes;
        roles = b.roles.clone();
        endOfGeneration = b.endOfGeneration;
        byteTokens = b.byteTokens;
        flags = b.flags();
        preTokenizer = b.preTokenizer;
        merges = b.mergeTable;
    }

    /**
     * Starts a vocabulary.
     *
     * @param model
     *            family of the tokenizer
     * @return an empty builder
     */
    public static VocabularyBuilder builder(TokenizerModel model) {
        return new VocabularyBuilder(Objects.requireNonNull(model, "model"));
    }

    /**
     * Returns the family of the tokenizer.
     *
     * @return the family
     */
    public TokenizerModel model() {
        return model;
    }

    /**
     * Returns the number of tokens.
     *
     * @return 1 or more
     */
    public int size() {
        return tokens.count();
    }

    /**
     * Returns a token's text as the vocabulary spells it, for example with U+2581 or byte-level letters for spaces.
     *
     * @param id
     *            token
     * @return the spelling
     */
    public String text(int id) {
        return tokens.text(check(id));
    }

    /**
     * Finds a token by its spelling.
     *
     * @param text
     *            spelling in the vocabulary
     * @return the lowest id with this spelling, or -1
     */
    public int find(String text) {
        return tokens.indexOf(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns a token's score.
     *
     * @param id
     *            token
     * @return the score, 0 where the vocabulary has none
     */
    public float score(int id) {
        check(id);
        return scores == null ? 0 : scores[id];
    }

    /**
     * Whether a token steers the model and is no text.
     *
     * @param id
     *            token
     * @return whether it is a control token
     */
    public boolean isControl(int id) {
        return has(id, CONTROL);
    }

    /**
     * Whether a token stands for text that the vocabulary cannot spell.
     *
     * @param id
     *            token
     * @return whether it is an unknown token
     */
    public boolean isUnknown(int id) {
        return has(id, UNKNOWN);
    }

    /**
     * Whether a token is matched whole before anything else.
     *
     * @param id
     *            token
     * @return whether it is user-defined
     */
    public boolean isUserDefined(int id) {
        return has(id, USER_DEFINED);
    }

    /**
     * Whether a token stands for one byte.
     *
     * @param id
     *            token
     * @return whether it is a byte token
     */
    public boolean isByte(int id) {
        return has(id, BYTE);
    }

    /**
     * Whether a model that produces this token has finished its answer.
     *
     * @param id
     *            token
     * @return whether it ends generation
     */
    public boolean isEndOfGeneration(int id) {
        check(id);
        for (int e : endOfGeneration) {
            if (e == id) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns all tokens that end generation.
     *
     * @return ids, ascending
     */
    public int[] endOfGeneration() {
        return endOfGeneration.clone();
    }

    /**
     * Returns the token with a role.
     *
     * @param role
     *            role
     * @return id, or -1 where no token has the role
     */
    public int special(SpecialToken role) {
        return roles[role.ordinal()];
    }

    /**
     * Whether texts begin with the BOS token (for WordPiece: CLS).
     *
     * @return the flag
     */
    public boolean addBos() {
        return flags.addBos();
    }

    /**
     * Whether texts end with the EOS token.
     *
     * @return the flag
     */
    public boolean addEos() {
        return flags.addEos();
    }

    /**
     * Whether texts end with the SEP token.
     *
     * @return the flag
     */
    public boolean addSep() {
        return flags.addSep();
    }

    /**
     * Whether a space is put before a text, and one is taken from the text that tokens spell.
     *
     * @return the flag
     */
    public boolean addSpacePrefix() {
        return flags.addSpacePrefix();
    }

    /**
     * Returns the pre-tokenizer's name; only byte-level BPE has one.
     *
     * @return the name, or null
     */
    public String pre() {
        return preTokenizer == null ? null : preTokenizer.name();
    }

    boolean lowercase() {
        return flags.lowercase();
    }

    boolean stripAccents() {
        return flags.stripAccents();
    }

    ByteStrings tokens() {
        return tokens;
    }

    PreTokenizer preTokenizer() {
        return preTokenizer;
    }

    MergeTable merges() {
        return merges;
    }

    int attributes(int id) {
        return attributes[id] & 0xff;
    }

    /** The token of one byte, or -1. */
    int byteToken(int b) {
        return byteTokens[b];
    }

    boolean has(int id, int attribute) {
        return (attributes[check(id)] & attribute) != 0;
    }

    int check(int id) {
        return Objects.checkIndex(id, tokens.count());
    }
}
