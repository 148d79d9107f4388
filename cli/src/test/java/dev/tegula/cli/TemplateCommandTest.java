package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateCommandTest {
    @TempDir
    private Path folder;

    private String template(String text) throws IOException {
        return Files.writeString(folder.resolve("chat.jinja"), text).toString();
    }

    @Test
    void showsThePromptOfTheEmbeddedModel() {
        assertEquals("<|user|>Hello<|assistant|>\n", Cli.run("template", "Hello").ok().out());
        assertEquals("<|user|>Hello<|assistant|>\n", Cli.runWith("Hello", "template").ok().out());
    }

    @Test
    void answersLines() throws IOException {
        String file = template("{{ bos_token }}{% for m in messages %}[{{ m.role }}: {{ m.content }}]{% endfor %}"
                + "{% if tools %}{{ tools | length }}{% endif %}{% if add_generation_prompt %}>{% endif %}{{ mood }}");
        Cli cli = Cli.runWith("""
                {"messages": [{"role": "user", "content": "a"}], "add_generation_prompt": true, "bos_token": "<s>"}
                {"messages": [{"role": "user", "content": "b"}], "tools": [{}, {}], "mood": "!"}
                {"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}], \
                "continue_final_message": true}
                """, "template", "--json", "--template", file).ok();
        assertEquals(List.of(Map.of("text", "<s>[user: a]>"), Map.of("text", "[user: b]2!"),
                Map.of("text", "[user: c][assistant: d")), cli.objects());
    }

    @Test
    void faultsAreAnsweredInLine() throws IOException {
        String file = template("{% if messages | length > 1 %}{{ raise_exception('one only') }}{% endif %}"
                + "{{ messages[0].nothing.more }}");
        String message = "{\"role\": \"user\", \"content\": \"a\"}";
        Cli cli = Cli.runWith("{\"messages\": [" + message + ", " + message + "]}\n{\"messages\": [" + message
                + "]}\n{\"messages\": 1}\nnonsense\n", "template", "--json", "--template", file).ok();
        assertEquals(Map.of("error", "raised", "message", "one only"), cli.objects().getFirst());
        assertEquals(List.of("raised", "runtime", "input", "input"),
                cli.objects().stream().map(answer -> answer.get("error")).toList());
        Cli broken = Cli.runWith("{\"messages\": []}\n", "template", "--json", "--template", template("{% if %}")).ok();
        assertEquals("syntax", broken.objects().getFirst().get("error"));
    }

    @Test
    void valuesOfAnotherTypeAreNotDropped() throws IOException {
        String file = template("{{ tools }}{{ add_generation_prompt }}");
        Cli cli = Cli.runWith("""
                {"messages": [], "tools": {"name": "clock"}}
                {"messages": [], "add_generation_prompt": "yes"}
                {"messages": [], "continue_final_message": 1}
                {"messages": [], "tools": null, "add_generation_prompt": null}
                """, "template", "--json", "--template", file).ok();
        assertEquals(List.of("\"tools\" must be an array", "\"add_generation_prompt\" must be true or false",
                "\"continue_final_message\" must be true or false"),
                cli.objects().stream().limit(3).map(answer -> answer.get("message")).toList());
        assertEquals("input", cli.objects().getFirst().get("error"));
        assertTrue(cli.objects().getLast().containsKey("text"), cli.out());
    }

    @Test
    void withoutJsonAFaultIsARefusal() throws IOException {
        Cli cli = Cli.run("template", "--template", template("{{ raise_exception('no') }}"), "x");
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertEquals("tegula: chat template: no\n", cli.err());
    }

    @Test
    void theClockCanBeSet() throws IOException {
        String file = template("{{ strftime_now('%Y-%m-%d %H:%M') }}");
        assertEquals("2026-01-31 12:00\n",
                Cli.run("template", "--template", file, "--now", "2026-01-31T12:00:00", "x").ok().out());
        assertEquals(TegulaCommand.USAGE, Cli.run("template", "--now", "yesterday", "x").status());
    }

    @Test
    void messagesComeFromOnePlace() {
        for (String[] args : new String[][]{{"template", "--json", "x"}, {"template", "--json", "--system", "s"}}) {
            Cli cli = Cli.run(args);
            assertEquals(TegulaCommand.USAGE, cli.status(), cli.err());
            assertTrue(cli.err().contains("PROMPT and --system do not go with it"), cli.err());
        }
    }

    @Test
    void modelAndTemplateExcludeEachOther() {
        Cli cli = Cli.run("template", "--model", "a", "--template", "b", "x");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains("mutually exclusive"), cli.err());
    }
}
