package dev.tegula.text.template;

import dev.tegula.text.template.Values.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A chat template, compiled. It renders what Jinja 3.1 renders in the immutable sandbox of the transformers library
 * (blocks trimmed on both sides, loop controls, {@code generation} blocks, {@code raise_exception}, {@code strftime_now}
 * and that library's {@code tojson}), within the limits of {@link TemplateOptions}.
 *
 * <p>A compiled template is immutable; any number of threads may render it at once.
 */
public final class ChatTemplate {
    /** Marks the end of the last message while it is rendered; from the transformers library, trailing space included. */
    private static final String CONTINUE_TAG = "CONTINUE_FINAL_MESSAGE_TAG ";

    private final String source;
    private final List<Stmt> statements;
    private final Map<List<Stmt>, Set<String>> unset;

    private ChatTemplate(String source, List<Stmt> statements) {
        this.source = source;
        this.statements = statements;
        this.unset = Frames.unset(statements);
    }

    /**
     * Compiles a template.
     *
     * @param source the template's text
     * @throws TemplateException of kind SYNTAX with the line where the text is no template, of kind LIMIT where it is
     *         nested too deep
     */
    public static ChatTemplate compile(String source) {
        Objects.requireNonNull(source, "source");
        try {
            return new ChatTemplate(source, Parser.parse(source));
        } catch (StackOverflowError e) {
            throw TemplateException.limit("nested too deep for the thread's stack");
        }
    }

    /** The template's text. */
    public String source() {
        return source;
    }

    /**
     * Renders the template with variables.
     *
     * @param variables values by name: strings, booleans, numbers, null, and lists and maps of these
     * @param options clock and limits
     * @return the rendered text
     * @throws TemplateException of kind RAISED, RUNTIME or LIMIT
     */
    public String render(Map<String, ?> variables, TemplateOptions options) {
        Meter meter = new Meter(options);
        Map<String, Object> converted = new HashMap<>();
        variables.forEach((name, value) -> converted.put(name, Inputs.convert(value, name)));
        Scope globals = new Scope(null, Globals.of(options, meter));
        return new Interpreter(new Scope(globals, converted), unset, meter).render(statements);
    }

    /**
     * Renders a conversation the way the transformers library's {@code apply_chat_template} does.
     *
     * @param messages the conversation: maps with {@code role}, {@code content} and what else the template reads
     * @param tools tool descriptions (JSON schemas), or null for none
     * @param addGenerationPrompt whether the text ends with the head of an answer
     * @param continueFinalMessage whether the text ends where the last message ends, so that a model goes on with it
     * @param variables further variables, among them {@code bos_token} and {@code eos_token}
     * @param options clock and limits
     * @return the rendered text
     * @throws TemplateException of kind RAISED, RUNTIME or LIMIT
     */
    public String renderChat(List<? extends Map<String, ?>> messages, List<?> tools, boolean addGenerationPrompt,
            boolean continueFinalMessage, Map<String, ?> variables, TemplateOptions options) {
        Map<String, Object> all = new HashMap<>();
        all.put("documents", null);
        all.putAll(variables);
        all.put("tools", tools);
        all.put("add_generation_prompt", addGenerationPrompt);
        all.put("messages", messages);
        if (!continueFinalMessage) {
            return render(all, options);
        }
        if (addGenerationPrompt) {
            throw TemplateException.runtime("continue_final_message and add_generation_prompt are not compatible");
        }
        List<Object> marked = new ArrayList<>(messages);
        String last = markEnd(marked);
        all.put("messages", marked);
        return cutAtTag(render(all, options), last);
    }

    /** Puts the tag behind the last message's text, which is returned. */
    private String markEnd(List<Object> messages) {
        if (messages.isEmpty()) {
            throw TemplateException.runtime("continue_final_message is set but there is no message to continue");
        }
        Map<Object, Object> message = new LinkedHashMap<>((Map<?, ?>) messages.getLast());
        messages.set(messages.size() - 1, message);
        Object content = message.get("content");
        if (content == null) {
            throw TemplateException.runtime("continue_final_message is set but the final message has no content");
        }
        if (!source.contains("content")) {
            throw TemplateException.runtime("continue_final_message is set but the template does not read content");
        }
        if (!(content instanceof List<?> blocks)) {
            if (!(content instanceof CharSequence)) {
                throw TemplateException.runtime("the final message's content is neither text nor a list of blocks");
            }
            message.put("content", content + CONTINUE_TAG);
            return content.toString();
        }
        List<Object> copy = new ArrayList<>(blocks);
        message.put("content", copy);
        for (int i = copy.size() - 1; i >= 0; i--) {
            if (copy.get(i) instanceof Map<?, ?> block && block.get("text") instanceof CharSequence text) {
                Map<Object, Object> changed = new LinkedHashMap<>(block);
                changed.put("text", text + CONTINUE_TAG);
                copy.set(i, changed);
                return text.toString();
            }
        }
        throw TemplateException
                .runtime("continue_final_message is set but there is no text to continue in the final message");
    }

    private static String cutAtTag(String rendered, String last) {
        String bareTag = CONTINUE_TAG.strip();
        int tag = rendered.lastIndexOf(bareTag);
        if (tag < 0 || !rendered.contains(StringOps.strip(last, null, true, true))) {
            throw TemplateException.runtime("continue_final_message is set but the final message does not appear in the"
                    + " chat after applying the chat template");
        }
        String text = rendered.substring(0, tag);
        // Where the template trimmed the message, the tag's own space is gone and the text's end is trimmed as well.
        return rendered.startsWith(CONTINUE_TAG, tag) ? text : StringOps.strip(text, null, false, true);
    }
}
