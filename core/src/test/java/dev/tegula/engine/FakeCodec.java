package dev.tegula.engine;

import java.util.List;
import java.util.Map;

/** A token is a character; token 0 ends the text; a conversation is rendered as {@code role:content|…|assistant:}. */
final class FakeCodec implements TextCodec {
    /** Tokens that there are. */
    static final int VOCABULARY = 128;

    private static final String[] PIECES = new String[VOCABULARY];

    static {
        for (int i = 0; i < VOCABULARY; i++) {
            PIECES[i] = String.valueOf((char) i);
        }
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        return text.chars().toArray();
    }

    @Override
    public String render(List<Message> messages, List<Map<String, Object>> tools, Map<String, Object> variables) {
        StringBuilder prompt = new StringBuilder();
        for (Message message : messages) {
            if (message.content().equals("refuse me")) {
                throw new IllegalArgumentException("the template refuses");
            }
            prompt.append(message.role()).append(':').append(message.content()).append('|');
        }
        return prompt.append("assistant:").toString();
    }

    @Override
    public Decoder decoder() {
        return new Decoder() {
            @Override
            public String accept(int token) {
                return PIECES[token];
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public boolean isEnd(int token) {
        return token == 0;
    }
}
