package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.Clock;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
    /** System property: whether the absence of a browser fails tests instead of skipping them. */
    private static final String REQUIRED = "tegula.browser.required";

    private static final Report REPORT = Reports.of(
            List.of(Reports.apart(Reports.row("MatMul rows=1", 100, 50.0, 52.0, 48.0), 25, 170, 27),
                    Reports.row("MatMul rows=512", 100, 75.0, 75.0, 75.0),
                    // A call of 4 µs, which is not judged; and what is folded.
                    Reports.row("MatMul rows=2", 100_000, 100, 0, 26.0, 26.0, 26.0),
                    Reports.row("Format op=matmul", 100, 62.0, 63.0, 64.0)),
            List.of(Reports.beside("f32 8x8x8", 100, 125.0, 120.0, 130.0)),
            List.of(Reports.decoding("m.gguf", 0, 40, 30.0, 31.0, 29.0),
                    Reports.decoding("m.gguf", 2048, 32, 20.0, 22.0, 18.0)));

    @TempDir
    Path folder;

    @Test
    void isOneFileThatAsksForNoOther() throws IOException {
        String page = Page.html(REPORT);
        assertFalse(page.contains("/*data*/") || page.contains("/*page*/") || page.contains("/*plots*/")
                || page.contains("/*roofline*/") || page.contains("/*unjudged*/"));
        assertFalse(page.contains("<script src"), "a script of another file");
        assertFalse(page.contains("<link"), "a style of another file");
        // The text that ends a script is in the data, but not as such.
        assertEquals(4, page.split("</script>", -1).length - 1);
    }

    @Test
    void aBrowserShowsTheRowsAndThePlots() throws Exception {
        String dom = browse(REPORT, "--dump-dom");
        assertTrue(dom.contains("MatMul rows=512"), dom);
        assertTrue(dom.contains("75 %"), "no share");
        assertTrue(dom.contains("vec: &lt;/script&gt; is not here"), "what is missing is missing");
        assertTrue(dom.contains("4 kernels, 3 of them judged, median share 63 %, measured 2026-01-02T03:04:05Z"),
                "no summary");
        // In the plot, whose text is in pieces; the table has the whole name.
        for (String name : List.of("matmul × 1", "matmul × 2", "matmul × 512", "matmul")) {
            assertTrue(dom.contains(">" + name + "</text>"), "a point without a name: " + name);
        }
        assertTrue(dom.contains("f32 8x8x8 beside A peer<"), "no bar of the peer");
        assertTrue(dom.contains("is stated of calls under 5 µs, here 1:") && dom.contains(">–</td>"),
                "a short call has a share");
        assertFalse(dom.contains("26 %<"), "a short call has a share");
        assertTrue(dom.contains("1 rows of all other formats, on a small layer</summary>"), "formats are not folded");
        List<String> sections = Pattern.compile("<h2>(.*?)</h2>")
                .matcher(dom)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertEquals(List.of("Whole models", "Decoding over context", "Beside other libraries and engines", "Roofline",
                "Share of the limit", "All kernels", "What is missing", "How to measure again"), sections);
        assertTrue(dom.contains("1.20 to 1.30"), "no range of the ratio");
        assertTrue(dom.contains("m.gguf: limit") && dom.contains("18.0 to 22.0"), "no model");
        assertTrue(dom.contains("1.25 s to 1.75 s"), "no start");
        assertTrue(dom.contains("0.500") && dom.contains("0.750"), "no joules per token");
        // Once each, in pieces that are not broken: those of four kernels, a peer, a model's rows and a start.
        assertTrue(dom.contains("<li><code>./tegula bench peers</code> <code>--filter f32 8x8x8</code> </li>"), dom);
        assertEquals(7, dom.split("<li><code>./tegula", -1).length - 1, "commands for paper");
        assertEquals(7, dom.split("<svg", -1).length - 1, "plots");
        assertTrue(dom.contains("f32 fma 100 GMAC/s"), "no name at the ceiling");
        assertTrue(dom.contains("<code id=\"again\">./tegula bench report --threads 2</code>"), "not its command");
        assertTrue(dom.contains("27 ns, in nine of ten rounds 25 to 170"), "no time between cores");
    }

    /** Two plots side by side, neither over the other, where there is none as wide as the page. */
    @Test
    void smallLayersAloneHaveHalfThePageEach() throws Exception {
        Row one = Reports.row("Format op=matmul", 100, 62.0);
        Row other = new Row("Format op=gateup", "gateup", one.kernel(), one.engine(), one.threads(), true,
                one.multiplyAdds(), one.bytes(), one.limit(), one.unit(), one.rates(), one.peaks(), List.of(), 0, 0,
                one.command());
        Report small = Reports.of(one, other);
        String dom = browse(small, "--dump-dom", "--window-size=1200,900");
        List<Integer> widths = Pattern.compile("<svg width=\"(\\d+)\"")
                .matcher(dom.substring(dom.indexOf("id=\"rooflines\"")))
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
        assertTrue(widths.get(0) < 600 && widths.get(0).equals(widths.get(1)), widths.toString());
    }

    @Test
    void rowsDuringWhichCpusWereThrottledAreMarked() throws Exception {
        assertFalse(browse(REPORT, "--dump-dom").contains("<button>throttled</button>"), "nobody was");
        Clock clock = new Clock("performance", 2400, 3000, 3200, 3200, "", 9, "",
                Map.of("MatMul rows=1, nat-x, 2 threads", 2L, "f32 8x8x8 beside A peer, nat-x, 2 threads", 3L,
                        "m.gguf decode 64 after 2048, nat-x, 2 threads", 4L, "m.gguf start", 5L));
        String dom = browse(Reports.at(clock, REPORT), "--dump-dom");
        assertTrue(dom.contains("<dd>2400 to 3000 MHz of 3200, governor performance</dd>"), "no frequency");
        assertTrue(dom.contains("<dd>at least 9 times</dd>"), "no throttling");
        assertEquals(4, dom.split("<button>throttled</button>", -1).length - 1, "tables");
        List<String> marks = Pattern.compile(">≥ (\\d)</td>")
                .matcher(dom)
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
        // The model's start is a row for each of its tests.
        assertEquals(List.of("2", "3", "4", "5", "5"), marks);
    }

    @Test
    void tablesStateWhatOthersHad() throws Exception {
        assertFalse(browse(REPORT, "--dump-dom").contains("<button>others</button>"), "nobody was there");
        PeerRow peer = REPORT.peers().getFirst();
        Report report = Reports.of(
                List.of(Reports.beside(0.111, Reports.row("MatMul rows=1", 100, 50.0)),
                        Reports.beside(0.004, Reports.row("MatMul rows=2", 100, 50.0))),
                List.of(new PeerRow(peer.name(), peer.peer(), peer.engine(), peer.threads(), peer.unit(), peer.rates(),
                        peer.theirs(), 0, 0.222, peer.command())),
                REPORT.models());
        String dom = browse(report, "--dump-dom");
        // Of kernels and of peers; during the models nobody was there.
        assertEquals(2, dom.split("<button>others</button>", -1).length - 1, "tables");
        assertTrue(dom.contains(">11 %</td>") && dom.contains(">22 %</td>"), "no share");
        assertFalse(dom.contains(">0 %</td>"), "a share that is nobody's");
    }

    @Test
    void whatAReportDoesNotHaveHasNoSection() throws Exception {
        String dom = browse(Reports.of(), "--dump-dom");
        assertTrue(dom.contains("0 kernels, median share unknown"), dom);
        assertFalse(dom.contains("Beside other libraries") || dom.contains("All kernels")
                || dom.contains("Share of the limit</h2>"), "sections");
    }

    @Test
    void itsPictureIsNotEmpty() throws Exception {
        Path picture = folder.resolve("page.png");
        browse(REPORT, "--screenshot=" + picture, "--window-size=1200,1600");
        BufferedImage image = ImageIO.read(picture.toFile());
        long ink = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                ink += (image.getRGB(x, y) & 0xFFFFFF) != 0xFFFFFF ? 1 : 0;
            }
        }
        assertTrue(ink > 10_000, ink + " pixels are not white");
    }

    private String browse(Report report, String... options) throws IOException, InterruptedException {
        Optional<Path> browser = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(entry -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(Path.of(entry)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
        assertTrue(browser.isPresent() || !Boolean.getBoolean(REQUIRED), "-D" + REQUIRED + "=true, but no Chromium");
        assumeTrue(browser.isPresent(), "no Chromium is installed");
        Path page = Files.writeString(folder.resolve("page.html"), Page.html(report));
        List<String> command = new ArrayList<>(List.of(browser.get().toString(), "--headless", "--no-sandbox",
                "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(List.of(options));
        command.add(page.toUri().toString());
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the browser does not end");
        assertEquals(0, process.exitValue());
        return Files.readString(output);
    }
}
