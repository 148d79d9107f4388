package dev.tegula.text;

import java.text.Normalizer;

/**
 * WordPiece as BERT uses it (Schuster and Nakajima, 2012; Devlin et al., 2019). The text loses case and accents, is cut at
 * white space, punctuation and Chinese characters, and each word takes the longest token that fits, again and again. In
 * GGUF vocabularies a word's first token begins with U+2581.
 */
final class WordPieceTokenizer extends BaseTokenizer {

    WordPieceTokenizer(Vocabulary vocabulary) {
        super(vocabulary);
        if (vocabulary.special(SpecialToken.UNK) < 0) {
            throw new TokenizerException(SpecialToken.UNK.ggufKey() + " is missing; a 'bert' tokenizer needs it");
        }
    }

    @Override
    Encoding encoding(int textLength) {
        return new Words();
    }

    private final class Words extends Encoding {

        private byte[] word = new byte[64];
        private int length;

        @Override
        void encode(byte[] text, int from, int to, boolean behindSpecial, IntList ids) {
            begin();
            for (int at = from; at < to;) {
                int c = Utf8.codePoint(text, at, to);
                at += c < 0 ? 1 : Utf8.length(text[at]);
                character(c < 0 ? Utf8.REPLACEMENT : c, ids);
            }
            end(ids);
        }

        private void character(int original, IntList ids) {
            int c = vocabulary.stripAccents() ? base(original) : original;
            byte kind = CodePoints.classOf(c);
            if (kind == CodePoints.SPACE) {
                end(ids);
                return;
            }
            boolean dropped = c == 0 || c == Utf8.REPLACEMENT || kind == CodePoints.CONTROL
                    || vocabulary.stripAccents() && kind == CodePoints.MARK;
            if (dropped) {
                return;
            }
            boolean alone = kind == CodePoints.PUNCTUATION || c < 0x7F && kind == CodePoints.SYMBOL || isChinese(c);
            if (alone) {
                end(ids);
            }
            append(vocabulary.lowercase() ? Character.toLowerCase(c) : c);
            if (alone) {
                end(ids);
            }
        }

        private void begin() {
            length = Utf8.put(word, 0, 0x2581);
        }

        private void append(int c) {
            if (word.length < length + 4) {
                word = java.util.Arrays.copyOf(word, Math.multiplyExact(word.length, 2));
            }
            length = Utf8.put(word, length, c);
        }

        /** Appends the tokens of the word, or the unknown token if some part of it is no token. */
        private void end(IntList ids) {
            if (length > 3) { // more than U+2581
                int before = ids.size();
                int longest = vocabulary.tokens().longest();
                for (int at = 0; at < length;) {
                    int end = Math.min(length, at + longest);
                    int id = -1;
                    while (end > at && (id = vocabulary.tokens().indexOf(word, at, end)) < 0) {
                        end--;
                    }
                    if (id < 0) {
                        ids.truncate(before);
                        ids.add(vocabulary.special(SpecialToken.UNK));
                        break;
                    }
                    ids.add(id);
                    at = end;
                }
            }
            begin();
        }
    }

    /**
     * The first code point of the canonical decomposition: the letter without its accents. Readers of GGUF files do so for
     * Hangul syllables too, of which only the first letter stays, where BERT's own tokenizer keeps them all.
     */
    private static int base(int c) {
        if (c < 0xC0) {
            return c;
        }
        String decomposed = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        return decomposed.codePointAt(0);
    }

    /** The blocks that BERT's tokenizer takes for Chinese characters. */
    private static boolean isChinese(int c) {
        return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F || c >= 0x2B740 && c <= 0x2B81F || c >= 0x2B920 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF || c >= 0x2F800 && c <= 0x2FA1F;
    }

    @Override
    byte[] plainBytes(byte[] spelling) {
        return unescapeSpaces(spelling);
    }
}
