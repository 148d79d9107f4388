package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.bench.timing.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    Path folder;

    @Test
    void givesBackWhatWasWritten() throws IOException {
        Report report = Reports.at(new Clock("powersave", 2400.5, 3000, 3200, 3700, "", 2, "", Map.of("a", 2L)),
                Reports.of(Reports.row("a", 100, 50.0)));
        assertEquals(report, ReportFile.read(Files.writeString(folder.resolve("a.json"), ReportFile.json(report))));
    }

    @Test
    void reportsFromBeforeTheirCommandWasNotedAreRead() throws IOException {
        String json = ReportFile.json(Reports.of(Reports.row("a", 100, 50.0)));
        String old = json.replaceFirst("\"command\" : \"[^\"]*report[^\"]*\",", "");
        assertEquals("", ReportFile.read(Files.writeString(folder.resolve("old.json"), old)).command());
    }

    @Test
    void reportsFromBeforeFrequenciesWereNotedAreRead() throws IOException {
        Report report = Reports.at(new Clock("powersave", 2400, 3000, 3200, 3700, "", 2, "", Map.of()),
                Reports.of(Reports.row("a", 100, 50.0)));
        String json = ReportFile.json(report);
        String old = json.substring(0, json.indexOf("\"clock\"")) + json.substring(json.indexOf("\"ceilings\""));
        assertEquals(Reports.at(Clock.NOT_NOTED, report),
                ReportFile.read(Files.writeString(folder.resolve("old.json"), old)));
    }
}
