package dev.tegula.text;

/**
 * Turns text into token ids and back. Implementations are immutable and may be used by several threads at once; a
 * {@link Detokenizer} belongs to one stream of tokens.
 */
public interface Tokenizer {

    /**
     * Makes the tokenizer of a vocabulary.
     *
     * @param vocabulary
     *            vocabulary
     * @return its tokenizer
     */
    static Tokenizer of(Vocabulary vocabulary) {
        return switch (vocabulary.model()) {
            case SENTENCEPIECE -> new SentencePieceTokenizer(vocabulary);
            case BPE -> new BpeTokenizer(vocabulary);
            case WORDPIECE -> new WordPieceTokenizer(vocabulary);
        };
    }

    /**
     * Returns the vocabulary.
     *
     * @return the vocabulary
     */
    Vocabulary vocabulary();

    /**
     * Splits a text into tokens. A lone surrogate counts as U+FFFD.
     *
     * @param text
     *            text
     * @param addSpecial
     *            whether the tokens that the vocabulary wants at the ends (BOS, EOS, SEP) are added
     * @param parseSpecial
     *            whether spellings of control tokens in the text stand for these tokens; leave it off for text that is
     *            not trusted. User-defined tokens are found in any case.
     * @return ids
     */
    int[] encode(CharSequence text, boolean addSpecial, boolean parseSpecial);

    /**
     * Returns the bytes that a token stands for in running text; those of a control token are its spelling.
     *
     * @param id
     *            token
     * @return a new array
     * @throws IndexOutOfBoundsException
     *             if the vocabulary has no such token
     */
    byte[] bytes(int id);

    /**
     * Returns a token's text for display.
     *
     * @param id
     *            token
     * @return {@link #bytes} as text; bytes that are no whole character show as U+FFFD
     * @throws IndexOutOfBoundsException
     *             if the vocabulary has no such token
     */
    String piece(int id);

    /**
     * Spells tokens as text, as {@link Detokenizer} does from the beginning of a text.
     *
     * @param ids
     *            tokens
     * @param showControl
     *            whether control tokens are spelt out, otherwise they are left out
     * @return text; bytes that are no whole character become U+FFFD
     * @throws IndexOutOfBoundsException
     *             if the vocabulary has no such token
     */
    String decode(int[] ids, boolean showControl);

    /**
     * Spells tokens as text, leaving control tokens out.
     *
     * @param ids
     *            tokens
     * @return text
     * @throws IndexOutOfBoundsException
     *             if the vocabulary has no such token
     */
    default String decode(int[] ids) {
        return decode(ids, false);
    }

    /**
     * Returns the number of tokens.
     *
     * @return 1 or more
     */
    default int vocabularySize() {
        return vocabulary().size();
    }

    /**
     * Whether a token steers the model and is no text.
     *
     * @param id
     *            token
     * @return whether it is a control token
     */
    default boolean isControl(int id) {
        return vocabulary().isControl(id);
    }

    /**
     * Whether a model that produces this token has finished its answer.
     *
     * @param id
     *            token
     * @return whether it ends generation
     */
    default boolean isEndOfGeneration(int id) {
        return vocabulary().isEndOfGeneration(id);
    }
}
