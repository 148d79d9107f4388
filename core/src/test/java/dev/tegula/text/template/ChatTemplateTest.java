package dev.tegula.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.text.template.TemplateException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Renders against tables of what Jinja2 renders. */
class ChatTemplateTest {
    @Test
    void snippetsRenderAsJinjaRendersThem() {
        List<String> wrong = new ArrayList<>();
        List<String[]> rows = TemplateFixtures.table("snippets.tsv");
        for (String[] row : rows) {
            String difference = difference(row[0], row[2],
                    () -> ChatTemplate.compile(row[1]).render(TemplateFixtures.variables(), TemplateFixtures.OPTIONS));
            if (difference != null) {
                wrong.add(row[1] + "\n    " + difference);
            }
        }
        assertTrue(rows.size() > 300, "the table is there: " + rows.size());
        assertEquals(List.of(), wrong);
    }

    @Test
    @SuppressWarnings("unchecked")
    void conversationsRenderAsTransformersRendersThem() {
        List<String> wrong = new ArrayList<>();
        List<String[]> rows = TemplateFixtures.table("chats.tsv");
        for (String[] row : rows) {
            Map<String, Object> variables = new HashMap<>(TemplateFixtures.conversations().get(row[1]));
            variables.put("bos_token", "<s>");
            variables.put("eos_token", "</s>");
            List<Map<String, Object>> messages = (List<Map<String, Object>>) variables.remove("messages");
            List<?> tools = (List<?>) variables.remove("tools");
            boolean prompt = Boolean.TRUE.equals(variables.remove("add_generation_prompt"));
            boolean goOn = Boolean.TRUE.equals(variables.remove("continue_final_message"));
            ChatTemplate template = ChatTemplate.compile(TemplateFixtures.text(row[0] + ".jinja"));
            String difference = difference(row[2], row[3],
                    () -> template.renderChat(messages, tools, prompt, goOn, variables, TemplateFixtures.OPTIONS));
            if (difference != null) {
                wrong.add(row[0] + " " + row[1] + "\n    " + difference);
            }
        }
        assertEquals(30, rows.size());
        assertEquals(List.of(), wrong);
    }

    private interface Rendering {
        String render();
    }

    /** What differs from a table's row, or null. */
    private static String difference(String kind, String expected, Rendering rendering) {
        try {
            String text = rendering.render();
            return kind.equals("OK") && text.equals(expected)
                    ? null
                    : "rendered " + text + "\n    expected " + kind + " " + expected;
        } catch (TemplateException e) {
            String detail = e.kind() == Kind.SYNTAX ? Integer.toString(e.line()) : e.detail();
            boolean equal = e.kind().name().equals(kind)
                    && (detail.equals(expected) || expected.isEmpty() && e.kind() != Kind.RAISED);
            return equal ? null : "failed " + e.kind() + " " + detail + "\n    expected " + kind + " " + expected;
        }
    }

    @Test
    void syntaxFaultsNameTheLine() {
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile("one\n{# two\nthree #}\n{{ x + }}"));
        assertEquals(Kind.SYNTAX, fault.kind());
        assertEquals(4, fault.line());
        assertTrue(fault.getMessage().startsWith("line 4: "), fault.getMessage());
    }

    @Test
    void runtimeFaultsNameTheLineAndTheVariable() {
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile("one\n{{ 1 }}\n{{ x.y }}").render(Map.of(), TemplateOptions.DEFAULT));
        assertEquals(Kind.RUNTIME, fault.kind());
        assertEquals(3, fault.line());
        assertEquals("'x' is undefined", fault.detail());
    }

    @Test
    void raisedMessagesAreTheTemplatesOwn() {
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile("\n{{ raise_exception('no') }}").render(Map.of(), TemplateOptions.DEFAULT));
        assertEquals(Kind.RAISED, fault.kind());
        assertEquals("no", fault.getMessage());
    }

    @Test
    void rendersLeaveInputsAndTemplateAsTheyWere() {
        ChatTemplate template = ChatTemplate.compile("{% set x = [1] + x %}{{ x }}{% set ns = namespace(v=x) %}"
                + "{% set ns.v = 2 %}{{ ns.v }}");
        List<Object> input = List.of(5);
        assertEquals("[1, 5]2", template.render(Map.of("x", input), TemplateOptions.DEFAULT));
        assertEquals("[1, 5]2", template.render(Map.of("x", input), TemplateOptions.DEFAULT));
        assertEquals(List.of(5), input);
    }

    @Test
    void unknownKindsOfInputAreRefused() {
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile("x").render(Map.of("v", List.of(new Object())), TemplateOptions.DEFAULT));
        assertEquals(Kind.RUNTIME, fault.kind());
        assertTrue(fault.detail().startsWith("variable v holds a java.lang.Object"), fault.detail());
    }
}
