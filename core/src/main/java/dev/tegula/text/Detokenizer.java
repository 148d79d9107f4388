package dev.tegula.text;

import java.util.Arrays;

/**
 * Spells a stream of tokens as text, whole characters at a time: bytes of a character whose rest is still to come are held
 * back. For one stream and one thread.
 *
 * <p>
 * Where the vocabulary puts a space before texts (SentencePiece), the first piece of a text loses it again; so does the
 * first piece of a WordPiece text, whose words carry their spaces in front.
 */
public final class Detokenizer {

    private final Tokenizer tokenizer;
    private final boolean showControl;
    private boolean dropSpace;
    private byte[] held = new byte[16];
    private int heldCount;

    /**
     * Begins a stream.
     *
     * @param tokenizer
     *            the tokenizer whose tokens come
     * @param atStart
     *            whether the first token begins a text; false where tokens continue a prompt, whose pieces keep their
     *            spaces
     * @param showControl
     *            whether control tokens are spelt out, otherwise they are left out
     */
    public Detokenizer(Tokenizer tokenizer, boolean atStart, boolean showControl) {
        this.tokenizer = tokenizer;
        this.showControl = showControl;
        Vocabulary vocabulary = tokenizer.vocabulary();
        dropSpace = atStart && (vocabulary.addSpacePrefix() || vocabulary.model() == TokenizerModel.WORDPIECE);
    }

    /**
     * Takes the next token.
     *
     * @param id
     *            token
     * @return the text that is complete now, often empty; bytes that cannot become a character are U+FFFD
     * @throws IndexOutOfBoundsException
     *             if the vocabulary has no such token
     */
    public String next(int id) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        int hidden = Vocabulary.CONTROL | Vocabulary.UNKNOWN;
        if (vocabulary.has(id, Vocabulary.UNUSED) || !showControl && vocabulary.has(id, hidden)) {
            return "";
        }
        byte[] bytes = tokenizer.bytes(id);
        int from = dropSpace && bytes.length > 0 && bytes[0] == ' ' ? 1 : 0;
        dropSpace = false;
        int added = bytes.length - from;
        if (held.length < heldCount + added) {
            held = Arrays.copyOf(held, 2 * (heldCount + added));
        }
        System.arraycopy(bytes, from, held, heldCount, added);
        heldCount += added;
        return take(completeLength());
    }

    /**
     * Ends the stream.
     *
     * @return U+FFFD if the last character never became whole, otherwise nothing
     */
    public String flush() {
        return take(heldCount);
    }

    private String take(int length) {
        if (length == 0) {
            return "";
        }
        String text = Utf8.decode(held, 0, length);
        System.arraycopy(held, length, held, 0, heldCount - length);
        heldCount -= length;
        return text;
    }

    /** The held bytes without the beginning of a character that the next bytes may complete. */
    private int completeLength() {
        for (int back = 1; back <= Math.min(3, heldCount); back++) {
            byte b = held[heldCount - back];
            if ((b & 0xC0) == 0x80) {
                continue;
            }
            return Utf8.length(b) > back && begins(b) && Utf8.prefixLength(held, heldCount - back, heldCount) == back
                    ? heldCount - back
                    : heldCount;
        }
        return heldCount;
    }

    private static boolean begins(byte lead) {
        return (lead & 0xff) >= 0xC2 && (lead & 0xff) <= 0xF4;
    }
}
