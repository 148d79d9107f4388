package dev.tegula.text;

/** What all tokenizers share: special tokens are cut out of the text first, the rest goes to the family's algorithm. */
abstract class BaseTokenizer implements Tokenizer {

    final Vocabulary vocabulary;
    private final SpecialSplitter withControl;
    private final SpecialSplitter withoutControl;

    BaseTokenizer(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        withControl = new SpecialSplitter(vocabulary,
                Vocabulary.CONTROL | Vocabulary.USER_DEFINED | Vocabulary.UNKNOWN, 0);
        withoutControl = new SpecialSplitter(vocabulary, Vocabulary.USER_DEFINED,
                Vocabulary.CONTROL | Vocabulary.UNKNOWN);
    }

    /** The state of one call of {@link #encode}; subclasses keep scratch memory in theirs. */
    abstract class Encoding {

        /**
         * Appends the tokens of plain text.
         *
         * @param text
         *            UTF-8
         * @param from
         *            first byte
         * @param to
         *            behind the last byte, greater than {@code from}
         * @param behindSpecial
         *            whether a special token or nothing stands before the text
         * @param ids
         *            receives the tokens
         */
        abstract void encode(byte[] text, int from, int to, boolean behindSpecial, IntList ids);
    }

    abstract Encoding encoding(int textLength);

    @Override
    public final Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public final int[] encode(CharSequence text, boolean addSpecial, boolean parseSpecial) {
        byte[] bytes = Utf8.encode(text);
        IntList ids = new IntList(16 + bytes.length / 3);
        if (addSpecial && vocabulary.addBos()) {
            ids.add(vocabulary.special(SpecialToken.BOS));
        }
        if (bytes.length > 0) {
            IntList parts = (parseSpecial ? withControl : withoutControl).split(bytes);
            Encoding encoding = encoding(bytes.length);
            boolean behindSpecial = true;
            for (int i = 0; i < parts.size(); i += SpecialSplitter.STRIDE) {
                int id = parts.get(i);
                if (id >= 0) {
                    ids.add(id);
                    behindSpecial = true;
                } else {
                    encoding.encode(bytes, parts.get(i + 1), parts.get(i + 2), behindSpecial, ids);
                    behindSpecial = false;
                }
            }
        }
        if (addSpecial && vocabulary.addEos()) {
            ids.add(vocabulary.special(SpecialToken.EOS));
        }
        if (addSpecial && vocabulary.addSep()) {
            ids.add(vocabulary.special(SpecialToken.SEP));
        }
        return ids.toArray();
    }

    @Override
    public final byte[] bytes(int id) {
        vocabulary.check(id);
        byte[] text = vocabulary.tokens().get(id);
        int attributes = vocabulary.attributes(id);
        if ((attributes & (Vocabulary.CONTROL | Vocabulary.UNKNOWN | Vocabulary.USER_DEFINED)) != 0) {
            return text;
        }
        if ((attributes & Vocabulary.BYTE) != 0) {
            return new byte[]{(byte) ByteTokens.value(text)};
        }
        return plainBytes(text);
    }

    /** The bytes of running text that a normal token's spelling stands for. */
    abstract byte[] plainBytes(byte[] spelling);

    @Override
    public final String piece(int id) {
        byte[] bytes = bytes(id);
        return Utf8.decode(bytes, 0, bytes.length);
    }

    @Override
    public final String decode(int[] ids, boolean showControl) {
        Detokenizer detokenizer = new Detokenizer(this, true, showControl);
        StringBuilder out = new StringBuilder(ids.length * 4);
        for (int id : ids) {
            out.append(detokenizer.next(id));
        }
        return out.append(detokenizer.flush()).toString();
    }

    /** The spelling with U+2581 as spaces, as SentencePiece and WordPiece vocabularies write them. */
    static byte[] unescapeSpaces(byte[] spelling) {
        byte[] out = new byte[spelling.length];
        int n = 0;
        for (int i = 0; i < spelling.length; i++) {
            boolean space = spelling[i] == (byte) 0xE2 && i + 2 < spelling.length && spelling[i + 1] == (byte) 0x96
                    && spelling[i + 2] == (byte) 0x81;
            out[n++] = space ? (byte) ' ' : spelling[i];
            i += space ? 2 : 0;
        }
        return java.util.Arrays.copyOf(out, n);
    }
}
