package dev.tegula.engine;

import java.util.List;
import java.util.Map;

/** What a session needs of a tokenizer and a chat template. Thread-safe, but for the decoders it hands out. */
interface TextCodec {
    /** Bytes of tokens to whole characters, for one text. */
    interface Decoder {
        /** Text that the next token completes, often empty. Called on the scheduler's thread. */
        String accept(int token);

        /** What is left at the end of the text. */
        String finish();
    }

    /** Ids of a text. */
    int[] encode(String text, boolean addSpecial, boolean parseSpecial);

    /**
     * The prompt of a conversation, the beginning of the answer included.
     *
     * @throws IllegalArgumentException if the model has no template or the template refuses
     */
    String render(List<Message> messages, List<Map<String, Object>> tools, Map<String, Object> variables);

    /** A decoder for a new text. */
    Decoder decoder();

    /** Whether a token ends the text. */
    boolean isEnd(int token);
}
