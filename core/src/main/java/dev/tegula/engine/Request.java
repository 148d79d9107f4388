package dev.tegula.engine;

import dev.tegula.sample.SamplingOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a session is asked to generate: a prompt and how to go on from it. Immutable.
 *
 * <p>A prompt is one of four: {@linkplain #chat messages} that continue the session's conversation, a
 * {@linkplain #conversation whole conversation} that replaces it, {@linkplain #text raw text} or
 * {@linkplain #tokens token ids}, which stand for themselves and leave the conversation alone. Whatever the kind, the
 * part of it that the session's KV cache already holds is not computed again.
 */
public final class Request {
    /** How a prompt is given. */
    sealed interface Prompt {
        /** Messages for the chat template, after those of the session or in their place. */
        record Chat(List<Message> messages, boolean whole) implements Prompt {}

        /** Text without a template. */
        record Text(String text, boolean addSpecial, boolean parseSpecial) implements Prompt {}

        /** Token ids as they are. */
        record Tokens(int[] ids) implements Prompt {}
    }

    private final Prompt prompt;
    private final Optional<SamplingOptions> sampling;
    private final int maxTokens;
    private final List<String> stops;
    private final Optional<LogitsHook> hook;
    private final Optional<PrefillHook> prefillHook;
    private final Optional<String> system;
    private final List<Map<String, Object>> tools;
    private final Map<String, Object> variables;

    private Request(Builder builder) {
        prompt = builder.prompt;
        sampling = builder.sampling;
        maxTokens = builder.maxTokens;
        stops = List.copyOf(builder.stops);
        hook = builder.hook;
        prefillHook = builder.prefillHook;
        system = builder.system;
        tools = List.copyOf(builder.tools);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(builder.variables));
    }

    /** The user says something: the session's conversation goes on with it, through the model's chat template. */
    public static Builder chat(String userText) {
        return chat(Message.user(Objects.requireNonNull(userText, "userText")));
    }

    /**
     * The session's conversation goes on with these messages, through the model's chat template.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Builder chat(Message... messages) {
        return new Builder(new Prompt.Chat(checked(List.of(messages)), false));
    }

    /**
     * These messages are the whole conversation and replace the session's.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Builder conversation(List<Message> messages) {
        return new Builder(new Prompt.Chat(checked(List.copyOf(messages)), true));
    }

    /** Text to be continued as it is, with the special tokens that the model wants at its beginning. */
    public static Builder text(String text) {
        return text(text, true, true);
    }

    /**
     * Text to be continued as it is.
     *
     * @param text the text
     * @param addSpecial whether the model's beginning-of-text tokens are added
     * @param parseSpecial whether special tokens written out in the text become those tokens
     */
    public static Builder text(String text, boolean addSpecial, boolean parseSpecial) {
        return new Builder(new Prompt.Text(Objects.requireNonNull(text, "text"), addSpecial, parseSpecial));
    }

    /**
     * Token ids to be continued as they are; nothing is added.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Builder tokens(int... ids) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("a prompt has at least 1 token");
        }
        return new Builder(new Prompt.Tokens(ids.clone()));
    }

    private static List<Message> checked(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("a chat prompt has at least 1 message");
        }
        return messages;
    }

    Prompt prompt() {
        return prompt;
    }

    Optional<SamplingOptions> sampling() {
        return sampling;
    }

    /** 0: as many as the context holds. */
    int maxTokens() {
        return maxTokens;
    }

    List<String> stops() {
        return stops;
    }

    Optional<LogitsHook> hook() {
        return hook;
    }

    Optional<PrefillHook> prefillHook() {
        return prefillHook;
    }

    Optional<String> system() {
        return system;
    }

    List<Map<String, Object>> tools() {
        return tools;
    }

    Map<String, Object> variables() {
        return variables;
    }

    /** Collects the parts of a request. Not thread-safe. */
    public static final class Builder {
        private static final Set<String> RESERVED = Set.of("messages", "tools");

        private final Prompt prompt;
        private Optional<SamplingOptions> sampling = Optional.empty();
        private int maxTokens;
        private final List<String> stops = new ArrayList<>();
        private Optional<LogitsHook> hook = Optional.empty();
        private Optional<PrefillHook> prefillHook = Optional.empty();
        private Optional<String> system = Optional.empty();
        private final List<Map<String, Object>> tools = new ArrayList<>();
        private final Map<String, Object> variables = new LinkedHashMap<>();

        private Builder(Prompt prompt) {
            this.prompt = prompt;
        }

        /** How tokens are chosen; without it {@link Engine#samplingDefaults()}. */
        public Builder sampling(SamplingOptions options) {
            sampling = Optional.of(Objects.requireNonNull(options, "options"));
            return this;
        }

        /**
         * Tokens at most; without it as many as the session's context holds.
         *
         * @throws IllegalArgumentException if below 1
         */
        public Builder maxTokens(int tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("maxTokens must be at least 1, was " + tokens);
            }
            maxTokens = tokens;
            return this;
        }

        /**
         * Adds strings that end the text where they appear and are not part of it.
         *
         * @throws IllegalArgumentException if one is empty
         */
        public Builder stop(String... strings) {
            for (String string : strings) {
                Objects.requireNonNull(string, "string");
                if (string.isEmpty()) {
                    throw new IllegalArgumentException("a stop string must have at least 1 character");
                }
                stops.add(string);
            }
            return this;
        }

        /** Shows each step's logits to a hook. */
        public Builder onLogits(LogitsHook reader) {
            hook = Optional.of(Objects.requireNonNull(reader, "reader"));
            return this;
        }

        /** Tells a hook how far the prompt is. */
        public Builder onPrefill(PrefillHook listener) {
            prefillHook = Optional.of(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Puts a system message at the conversation's beginning, in place of the one that is there. Chat only. */
        public Builder system(String text) {
            system = Optional.of(Objects.requireNonNull(text, "text"));
            return this;
        }

        /** Adds a tool's description, as the template wants it. Chat only. */
        public Builder tool(Map<String, Object> description) {
            tools.add(Collections
                    .unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNull(description, "description"))));
            return this;
        }

        /**
         * Sets a variable of the template. Chat only.
         *
         * @throws IllegalArgumentException if it is one that has a method of its own here: messages or tools
         */
        public Builder variable(String name, Object value) {
            if (RESERVED.contains(Objects.requireNonNull(name, "name"))) {
                throw new IllegalArgumentException("variable '" + name + "' is set by the request itself");
            }
            variables.put(name, value);
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalArgumentException if a chat's part was given to a prompt that is none
         */
        public Request build() {
            if (!(prompt instanceof Prompt.Chat) && (system.isPresent() || !tools.isEmpty() || !variables.isEmpty())) {
                throw new IllegalArgumentException(
                        "a system message, tools and variables belong to a chat prompt, not to text or tokens");
            }
            return new Request(this);
        }
    }
}
