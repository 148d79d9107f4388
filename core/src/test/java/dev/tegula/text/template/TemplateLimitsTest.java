package dev.tegula.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.text.template.TemplateException.Kind;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** Templates that want too much end with a LIMIT fault, whatever they want too much of. */
class TemplateLimitsTest {
    /** A tenth of the default limits, so that reaching them takes no time. */
    private static final TemplateOptions TIGHT = new TemplateOptions(Clock.systemUTC(), 1_000_000, 1 << 21, 1L << 25,
            1_000);

    private static Kind outcome(String source) {
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile(source).render(TemplateFixtures.variables(), TIGHT));
        return fault.kind();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ 'a' * 10**9 }}", "{{ [0] * 10**9 }}", "{{ ((1,) * 10**9)|length }}", "{{ 9**(9**9) }}",
        "{{ 2**(10**9) }}", "{{ 10**(10**10) }}", "{% set x = 3**70000 %}{{ (x * x * x * x * x * x) > 1 }}",
        "{% for i in range(10**9) %}x{% endfor %}", "{{ range(10**9)|list }}", "{{ 'x'|center(10**9) }}",
        "{{ 'x'.ljust(2**31 - 1) }}", "{{ 'x'.zfill(10**9) }}", "{{ '%1000000000d' % 1 }}", "{{ '%.1000000000f' % 1 }}",
        "{{ '%*d' % (10**9, 1) }}", "{{ '{:1000000000}'.format(1) }}", "{{ '{:.99999f}'.format(1.5) }}",
        "{{ 'a\\nb'|indent(10**9) }}", "{{ [1]|tojson(indent=10**9) }}",
        "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
        "{{ ('b' * 100000).join('a' * 100000) }}", "{{ ['a' * 10**6] * 10**6 }}",
        "{{ ('\\t' * 1000).expandtabs(10**8) }}",
        "{{ [1]|batch(10**9, 0)|list }}", "{{ [1]|slice(10**9)|list }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(x) %}{% for i in [1] %}{% if x %}{{ f(x + 1) }}{% endif %}{% endfor %}{% endmacro %}{{ f(1) }}",
        "{% macro f(x) %}{% call g(x) %}{% endcall %}{% endmacro %}{% macro g(x) %}{{ caller() }}{{ f(x) }}{% endmacro %}{{ f(1) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set r = range(90000) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}",
        "{% set r = range(90000) %}{% for a in r %}{{ r|sum }}{% endfor %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(90) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
                + "{{ ns.x|tojson }}",
        "{% set a = namespace(x=[1]) %}{% set b = namespace(x=[1]) %}{% for i in range(90) %}"
                + "{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}{% endfor %}{{ a.x == b.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = ns.l + ['a' * 100000] %}{% endfor %}",
        "{% set x = 'ab' * 5000000 %}{% for i in range(90000) %}{{ 'q' in x }}{% endfor %}",
        "{% for i in range(90000) %}{{ 'abcdefghij' * 100 }}{% endfor %}",
        "{% filter upper %}{% for i in range(90000) %}{{ 'abcdefghij' * 100 }}{% endfor %}{% endfilter %}"})
    void attacksEndInALimit(String source) {
        assertEquals(Kind.LIMIT, outcome(source));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"(;)", "[;]", "{1:;}", "-;''", "'not ';''", "+;''", "x[;]", "x(;)",
        "'1 if ';''",
        "'1 if 1 else ';''", "(-;)", "x ~ (;)", "x|join(;)", "x is eq(;)"})
    void deepExpressionsEndInALimit(String opening, String closing) {
        assertEquals(Kind.LIMIT, outcome("{{ " + opening.repeat(5_000) + "1" + closing.repeat(5_000) + " }}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% if 1 %}", "{% for x in y %}", "{% macro f() %}", "{% set x %}", "{% with %}",
        "{% filter upper %}", "{% call f() %}", "{% generation %}", "{% block b %}"})
    void deepStatementsEndInALimit(String opening) {
        assertEquals(Kind.LIMIT, outcome(opening.repeat(10_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {" + 1", "|abs", ".real", " - 1", " * 1"})
    void longChainsEndInALimit(String link) {
        assertEquals(Kind.LIMIT, outcome("{{ 1" + link.repeat(10_000) + " }}"));
    }

    @Test
    void aSmallStackEndsInALimitToo() throws InterruptedException {
        List<Throwable> seen = new ArrayList<>();
        ChatTemplate template = ChatTemplate.compile("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
        TemplateOptions deep = new TemplateOptions(Clock.systemUTC(), 1L << 40, 1 << 20, 1L << 40, 1 << 30);
        Thread thread = new Thread(null, () -> template.render(Map.of(), deep), "small", 1 << 18);
        thread.setUncaughtExceptionHandler((which, fault) -> seen.add(fault));
        thread.start();
        thread.join();
        assertEquals(1, seen.size());
        assertEquals(Kind.LIMIT, ((TemplateException) seen.get(0)).kind());
    }

    @Test
    void deepInputsEndInALimit() {
        Object value = List.of();
        for (int i = 0; i < 100_000; i++) {
            value = List.of(value);
        }
        Map<String, Object> variables = Map.of("v", value);
        TemplateException fault = assertThrows(TemplateException.class,
                () -> ChatTemplate.compile("x").render(variables, TemplateOptions.DEFAULT));
        assertEquals(Kind.LIMIT, fault.kind());
    }

    @Test
    void theOptionsAreChecked() {
        Clock clock = Clock.systemUTC();
        assertThrows(IllegalArgumentException.class, () -> new TemplateOptions(clock, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TemplateOptions(clock, 1, 1, 1, 0));
    }

    @Test
    void theSandboxKeepsObjectsOutOfReach() {
        for (String source : List.of("{{ ''.__class__.__mro__ }}", "{{ ().__class__.__base__.__subclasses__() }}",
                "{{ range.__globals__['x'] }}", "{{ name.getClass() }}", "{{ d.class.forName('x') }}",
                "{{ cycler.__init__.__globals__.os }}", "{{ '{0.__class__.__mro__}'.format('x') }}",
                "{{ items.append(1) }}", "{{ d.update({}) }}", "{{ d|attr('clear')() }}", "{% include '/etc/passwd' %}",
                "{% import '/etc/passwd' as x %}", "{{ open('/etc/passwd') }}", "{{ self.__init__ .x }}")) {
            assertEquals(Kind.RUNTIME, outcome(source), source);
        }
    }
}
