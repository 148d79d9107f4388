package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.nat.PeakLoop;
import dev.tegula.nat.PeakLoops;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every implementation computes what it says, and one that does not stops the contest. */
class ContenderTest {
    private static final Sizes SIZES = new Sizes(8 << 10, 64 << 10, 0, 3 << 20);

    @Test
    void everyLoopComputesWhatItSays() {
        Contenders all = Contenders.ofMachine();
        try (Arena arena = Arena.ofConfined(); Memory memory = new Memory(SIZES, 2)) {
            for (PeakLoop loop : MachineCommand.LOOPS) {
                for (Contender contender : all.of(loop, Level.DRAM)) {
                    if (loop.multiplies()) {
                        Walk.Piece piece = contender.operands(arena);
                        contender.answers().verify(piece);
                        long macs = 4096L * contender.sums() * contender.vectorBytes() / 4 * contender.products();
                        assertEquals(macs, contender.run(piece));
                    } else {
                        for (Walk walk : memory.walks(Level.DRAM, loop.streams(), 2)) {
                            assertEquals(2, walk.ends().size());
                            walk.ends().forEach(contender.answers()::verify);
                            assertEquals((double) loop.streams() * (1 << 20), contender.run(walk.next()));
                        }
                    }
                }
            }
            boolean inC = PeakLoops.all().stream().anyMatch(loops -> loops.unavailable(PeakLoop.COPY).isEmpty());
            assertEquals(inC ? 2 : 1,
                    all.of(PeakLoop.COPY, Level.DRAM).stream().filter(c -> c.loop() == PeakLoop.COPY).count());
        }
    }

    @Test
    void threadsWalkThroughMemoryOfTheirOwn() {
        try (Memory memory = new Memory(SIZES, 2)) {
            List<Walk> walks = memory.walks(Level.DRAM, 3, 2);
            Walk.Piece first = walks.get(0).next();
            assertNotEquals(first.x().address(), walks.get(1).next().x().address());
            Walk.Piece second = walks.get(0).next();
            assertEquals(first.x().address() + (1 << 20), second.x().address());
            assertEquals(512 << 10, second.count());
            assertEquals(first, walks.get(0).next());
            assertEquals(1 << 20, memory.walks(Level.L1, 1, 1).getFirst().next().passes() * (4 << 10));
        }
    }

    @Test
    void whatIsOnlyReadHasOneArray() {
        Contender read = Contenders.ofMachine().of(PeakLoop.READ, Level.DRAM).getFirst();
        try (Memory memory = Memory.toRead(SIZES, 2)) {
            List<Walk> walks = memory.walks(Level.DRAM, 1, 2);
            read.verify(walks);
            Walk.Piece piece = walks.get(0).next();
            assertEquals(PeakLoop.GRAIN, piece.y().byteSize());
            assertNotEquals(piece.y().address(), walks.get(1).next().y().address());
        }
    }

    @Test
    void aWrongLoopStopsItsContest(@TempDir Path folder) {
        Contender good = Contender.inJava(PeakLoop.FMA);
        PeakLoop.Body nothing = (y, x, z, count, passes) -> {};
        Contender wrong = new Contender("wrong", PeakLoop.FMA, nothing, good.sums(), good.vectorBytes(),
                good.products(), Contender.answers(PeakLoop.FMA, nothing));
        Turns turns = new Turns(1, new CpuTimes(folder.resolve("none")));
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> new Contest(PeakLoop.FMA, Level.CORE, 2, List.of(wrong)).run(null, new WarmUp(), turns, 1,
                        new ClockWatch(CpuClock.ofMachine())));
        assertTrue(e.getMessage().contains("FMA: wrong result at 0"), e.getMessage());
    }

    @Test
    void memoryIsSizedByTheCaches() {
        Sizes sizes = new Sizes(32 << 10, 1 << 20, 32 << 20, 128 << 20);
        assertEquals(16 << 10, sizes.bytes(Level.L1, 1, 2));
        assertEquals(5120, sizes.bytes(Level.L1, 3, 2));
        assertEquals(8 << 20, sizes.bytes(Level.L3, 1, 1));
        assertEquals(2 << 20, sizes.bytes(Level.L3, 1, 16));
        assertEquals(64 << 20, sizes.bytes(Level.DRAM, 3, 2));
        assertThrows(IllegalArgumentException.class, () -> sizes.bytes(Level.CORE, 1, 1));
        // Twice the second cache for each of 16 threads would not fit half of the third.
        assertTrue(sizes.has(Level.L3, 8) && !sizes.has(Level.L3, 9) && sizes.has(Level.L2, 9));
        Sizes unknown = Sizes.of(Path.of("/nothing/here"));
        assertEquals(new Sizes(32 << 10, 512 << 10, 0, 64 << 20), unknown);
    }
}
