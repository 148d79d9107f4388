package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DetokenizerTest {

    private final Tokenizer bytes = Tokenizer.of(TokenizerTest.bpe("a b")); // ids 0..255 are the bytes

    @Test
    void neverSplitsACharacter() {
        Random random = new Random(7);
        for (int n = 0; n < 500; n++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                int c = random.nextInt(1 << (3 + random.nextInt(18)));
                text.appendCodePoint(c > Character.MAX_CODE_POINT || c >= 0xD800 && c < 0xE000 ? 'x' : c);
            }
            Detokenizer d = new Detokenizer(bytes, true, false);
            StringBuilder out = new StringBuilder();
            for (byte b : text.toString().getBytes(StandardCharsets.UTF_8)) {
                String part = d.next(b & 0xff);
                assertTrue(part.codePointCount(0, part.length()) <= 1, "one character at most");
                assertTrue(part.isEmpty() || !Character.isLowSurrogate(part.charAt(0)));
                out.append(part);
            }
            assertEquals(text.toString(), out.append(d.flush()).toString());
        }
    }

    @Test
    void brokenBytesBecomeWhatTheWholeTextWouldShow() {
        Random random = new Random(8);
        for (int n = 0; n < 3000; n++) {
            byte[] raw = new byte[1 + random.nextInt(8)];
            for (int i = 0; i < raw.length; i++) {
                int[] likely = {0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xF5, 0x80, 0x9F, 0xA0, 0xBF, 'a'};
                raw[i] = (byte) likely[random.nextInt(likely.length)];
            }
            Detokenizer d = new Detokenizer(bytes, true, false);
            StringBuilder out = new StringBuilder();
            for (byte b : raw) {
                out.append(d.next(b & 0xff));
            }
            out.append(d.flush());
            assertEquals(Utf8.decode(raw, 0, raw.length), out.toString());
        }
    }

    @Test
    void textThatCannotGoOnIsNotHeldBack() {
        Detokenizer d = new Detokenizer(bytes, true, false);
        assertEquals("", d.next(0xE2));
        assertEquals("", d.next(0x82));
        assertEquals("\u20ac", d.next(0xAC));
        assertEquals("", d.next(0xF0));
        assertEquals("\ufffda", d.next('a'));
        assertEquals("\ufffd", d.next(0xFF));
        assertEquals("", d.next(0xC3));
        assertEquals("\ufffd", d.flush());
        assertEquals("", d.flush());
        assertThrows(IndexOutOfBoundsException.class, () -> d.next(bytes.vocabularySize()));
    }

    @Test
    void onlyTheStartOfATextLosesItsSpace() {
        Vocabulary v = TokenizerTest.sentencePiece(true);
        Tokenizer t = Tokenizer.of(v);
        int word = v.find("\u2581ab");
        assertEquals("ab ab", t.decode(new int[]{word, word}));
        assertEquals("ab", t.decode(new int[]{1, word}), "a control token is no text");
        assertEquals(" ab", new Detokenizer(t, false, false).next(word));
        assertEquals(" ab", t.piece(word));
        assertEquals("\ufffd", t.piece(v.find("<0xC3>")));
        assertFalse(t.isControl(word));
        Detokenizer d = new Detokenizer(t, true, false);
        assertEquals("", d.next(v.find("<0xC3>")));
        assertEquals("\u00e9", d.next(v.find("<0xA9>")));
    }

    @Test
    void replacementCharactersAreCountedAsTheStandardRecommends() {
        // the example of the Unicode standard, table 3-11, and an encoded surrogate
        byte[] truncated = {(byte) 0xE1, (byte) 0x80, (byte) 0xE2, (byte) 0xF0, (byte) 0x91, (byte) 0x92, (byte) 0xF1,
            (byte) 0xBF, 0x41};
        assertEquals("\ufffd\ufffd\ufffd\ufffdA", Utf8.decode(truncated, 0, truncated.length));
        byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80, 0x41};
        assertEquals("\ufffd\ufffd\ufffdA", Utf8.decode(surrogate, 0, 4));
        byte[] overlong = {(byte) 0xC0, (byte) 0xAF, (byte) 0xE0, (byte) 0x80, (byte) 0xBF, 0x41};
        assertEquals("\ufffd\ufffd\ufffd\ufffd\ufffdA", Utf8.decode(overlong, 0, 6));
        byte[] fine = "a\u00e9\u4e2d\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        assertEquals("a\u00e9\u4e2d\ud83d\ude00", Utf8.decode(fine, 0, fine.length));
    }
}
