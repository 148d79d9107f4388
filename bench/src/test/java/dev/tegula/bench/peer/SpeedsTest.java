package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedsTest {
    private static final Speed PREFILL = new Speed(Speed.Test.PREFILL, 512, 187.5);
    private static final Speed DECODE = new Speed(Speed.Test.DECODE, 64, 40.25);
    private static final List<Speed> BOTH = List.of(PREFILL, DECODE);

    @Test
    void jsonOfLlamaBench() {
        String json = """
                [
                  {"build_commit": "abc", "model_type": "llama 1B Q4_0", "model_size": 729579776, "n_threads": 2,
                   "n_prompt": 512, "n_gen": 0, "n_depth": 0, "avg_ns": 1000, "avg_ts": 187.5, "stddev_ts": 1.0, "samples_ts": [187.5]},
                  {"model_type": "llama 1B Q4_0", "n_prompt": 0, "n_gen": 64, "n_depth": 0, "avg_ts": 40.25},
                  {"model_type": "llama 1B Q4_0", "n_prompt": 0, "n_gen": 64, "n_depth": 2048, "avg_ts": 30.0},
                  {"model_type": "llama 1B Q4_0", "n_prompt": 512, "n_gen": 64, "n_depth": 0, "avg_ts": 99.0}
                ]
                """;
        assertEquals(BOTH, Speeds.of(json));
        assertEquals(BOTH, Speeds.of("loading\n" + json.replaceAll("\\s*\n\\s*", " ")
                .replaceAll("^\\[ |\\] ?$", "")
                .replace("}, {", "}\n{")));
    }

    @Test
    void tableOfLlamaBench() {
        assertEquals(BOTH, Speeds
                .of("""
                        | model          |       size |     params | backend | threads |            test |                  t/s |
                        | -------------- | ---------: | ---------: | ------- | ------: | --------------: | -------------------: |
                        | llama 1B Q4_0  | 695.79 MiB |     1.24 B | CPU     |       2 |           pp512 |        187.50 ± 0.88 |
                        | llama 1B Q4_0  | 695.79 MiB |     1.24 B | CPU     |       2 |            tg64 |         40.25 ± 0.10 |
                        | llama 1B Q4_0  | 695.79 MiB |     1.24 B | CPU     |       2 |    tg64 @ d2048 |         30.00 ± 0.10 |
                        | llama 1B Q4_0  | 695.79 MiB |     1.24 B | CPU     |       2 |      pp512+tg64 |         99.00 ± 0.10 |

                        build: abc (1)
                        """));
    }

    @Test
    void linesWithTabs() {
        assertEquals(BOTH, Speeds.of("""
                llama-3.2-1b-Q4_0.gguf\t2\tpp512\t187.50\t150.00\t190.00\ttok/s\t2\t2 clean
                llama-3.2-1b-Q4_0.gguf\t2\ttg64\t40.25\t39.00\t41.00\ttok/s\t2\t2 clean
                {"version": "1", "load_s": 1.5, "params_m": 1235.8}
                """));
    }

    @Test
    void linesForPeople() {
        assertEquals(BOTH, Speeds.of("Prefill 512: 187.5 tokens/s, decode 64: 40.25 tok/s\n"));
        assertEquals(List.of(new Speed(Speed.Test.PREFILL, 0, 1187.5), new Speed(Speed.Test.DECODE, 0, 40.25)),
                Speeds.of("prompt eval rate: 1,187.5 tokens/s\neval rate: 40.25 tokens/s\n"));
    }

    @Test
    void jsonOfOurOwn() {
        assertEquals(BOTH, Speeds.of("""
                {"model": "m-512.gguf", "threads": 2, "tests": [
                  {"test": "prefill 512", "tokens": 512, "median": 187.5, "min": 1, "max": 200, "gb_per_second": 3},
                  {"test": "decode 64", "tokens": 64, "median": 40.25, "nanos": [1, 2]}], "kernels": ["a.b"]}
                """));
        assertEquals(BOTH, Speeds.of("{\"pp512\": 187.5, \"tg64\": 40.25, \"prefill_tokens\": 512, \"load\": 3}"));
        assertEquals(List.of(new Speed(Speed.Test.DECODE, 0, 40.25)),
                Speeds.of("{\"timings\": {\"decode_tokens\": 64, \"decode_tokens_per_second\": 40.25}}"));
    }

    @Test
    void whatIsNoRateIsNotRead() {
        assertEquals(List.of(), Speeds.of(""));
        assertEquals(List.of(), Speeds.of("loaded 512 tensors in 3.5 s\nread 12.5 GB/s\ndecode: fast\n"));
        assertEquals(List.of(), Speeds.of("12.5 tokens/s"));
        assertEquals(List.of(), Speeds.of("{\"prefill\": 0, \"decode\": \"x\""));
        assertEquals(List.of(), Speeds.of("[1, null, {}, \"prefill\"]"));
    }
}
