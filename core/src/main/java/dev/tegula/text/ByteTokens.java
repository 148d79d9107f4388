package dev.tegula.text;

import java.util.Arrays;

/** The tokens that stand for single bytes. */
final class ByteTokens {
    private ByteTokens() {}

    /**
     * Finds the token of each byte.
     *
     * @param ids takes the 256 ids; -1 where a byte has no token
     * @param attributes of each token, see {@link Vocabulary}
     * @throws TokenizerException when a token of type byte is not spelled as one
     */
    static void fill(int[] ids, byte[][] tokens, byte[] attributes, ByteStrings strings) {
        Arrays.fill(ids, -1);
        for (int id = 0; id < tokens.length; id++) {
            if ((attributes[id] & Vocabulary.BYTE) != 0) {
                int value = value(tokens[id]);
                if (value < 0) {
                    throw new TokenizerException("tokenizer.ggml.tokens[" + id + "] = '" + strings.text(id)
                            + "' is of type byte; '<0x00>' to '<0xFF>' expected");
                }
                if (ids[value] < 0) {
                    ids[value] = id;
                }
            }
        }
        for (int b = 0; b < 256; b++) {
            if (ids[b] < 0) { // a vocabulary may spell its bytes plainly
                ids[b] = strings.indexOf(new byte[]{(byte) b});
            }
        }
    }

    /** The value of a byte token's spelling, {@code <0x} two hexadecimal digits {@code >}, or -1. */
    static int value(byte[] text) {
        if (text.length != 6 || text[0] != '<' || text[1] != '0' || text[2] != 'x' || text[5] != '>') {
            return -1;
        }
        int high = Character.digit((char) text[3], 16);
        int low = Character.digit((char) text[4], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
