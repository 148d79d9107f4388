package dev.tegula.text;

/**
 * SentencePiece's BPE (Kudo and Richardson, 2018) as Llama 2 uses it. Spaces become U+2581, one is put before the text,
 * and among neighbours that together spell a token, those with the highest score merge first. A character that is no
 * token falls to the tokens of its bytes.
 */
final class SentencePieceTokenizer extends BaseTokenizer {

    SentencePieceTokenizer(Vocabulary vocabulary) {
        super(vocabulary);
    }

    @Override
    Encoding encoding(int textLength) {
        return new Pieces();
    }

    private final class Pieces extends Encoding {

        private byte[] escaped = new byte[64];

        private final Merger merger = new Merger() {
            @Override
            long rate(int left, int right) {
                int id = textToken(starts[left], starts[left] + lengths[left] + lengths[right]);
                return id < 0 ? NO_MERGE : (long) descending(vocabulary.score(id)) << 32 | id;
            }
        };

        @Override
        void encode(byte[] text, int from, int to, boolean behindSpecial, IntList ids) {
            int n = escape(text, from, to, behindSpecial && vocabulary.addSpacePrefix());
            merger.clear();
            for (int at = 0; at < n;) {
                int length = Math.min(Utf8.length(escaped[at]), n - at);
                merger.add(at, length, textToken(at, at + length));
                at += length;
            }
            merger.merge();
            for (int i = 0; i >= 0; i = merger.after(i)) {
                if (merger.symbols[i] >= 0) {
                    ids.add(merger.symbols[i]);
                } else {
                    bytes(merger.starts[i], merger.lengths[i], ids);
                }
            }
        }

        private int escape(byte[] text, int from, int to, boolean prefix) {
            int spaces = prefix ? 1 : 0;
            for (int i = from; i < to; i++) {
                spaces += text[i] == ' ' ? 1 : 0;
            }
            int size = Math.addExact(to - from + (prefix ? 1 : 0), 2 * spaces);
            if (escaped.length < size) {
                escaped = new byte[size];
            }
            int n = prefix ? Utf8.put(escaped, 0, 0x2581) : 0;
            for (int i = from; i < to; i++) {
                if (text[i] == ' ') {
                    n = Utf8.put(escaped, n, 0x2581);
                } else {
                    escaped[n++] = text[i];
                }
            }
            return n;
        }

        /** The token that text may become: no control, unknown or byte token is ever spelt by text. */
        private int textToken(int from, int to) {
            int id = vocabulary.tokens().indexOf(escaped, from, to);
            int never = Vocabulary.CONTROL | Vocabulary.UNKNOWN | Vocabulary.BYTE;
            return id >= 0 && (vocabulary.attributes(id) & never) != 0 ? -1 : id;
        }

        private void bytes(int start, int length, IntList ids) {
            int unknown = vocabulary.special(SpecialToken.UNK);
            for (int i = start; i < start + length; i++) {
                int id = vocabulary.byteToken(escaped[i] & 0xff);
                if (id < 0 && unknown < 0) {
                    throw new TokenizerException("the vocabulary has neither a token for byte "
                            + (escaped[i] & 0xff) + " nor an unknown token");
                }
                ids.add(id < 0 ? unknown : id);
                if (id < 0) {
                    return; // one unknown token stands for the whole character
                }
            }
        }
    }

    /** An int that orders as the scores do, the highest first. */
    private static int descending(float score) {
        int bits = Float.floatToIntBits(score + 0f); // the sum makes -0 equal to 0
        int ascending = bits ^ bits >> 31 & 0x7FFFFFFF;
        return ~ascending;
    }

    @Override
    byte[] plainBytes(byte[] spelling) {
        return unescapeSpaces(spelling);
    }
}
