package dev.tegula.bench.machine;

import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.nat.PeakLoop;
import dev.tegula.nat.PeakLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An implementation of a loop.
 *
 * @param by whose it is
 * @param sums vectors that a loop that multiplies adds to
 * @param vectorBytes bytes of each
 * @param products multiply-adds in 32 bits of each in one step
 * @param answers what fills operands and verifies results
 */
record Contender(String by, PeakLoop loop, PeakLoop.Body body, int sums, int vectorBytes, int products,
        Answers answers) {
    /** Exact sums in F32, and a call much longer than what calling costs. */
    private static final long STEPS = 4096;

    /** Java's engine name in rows. */
    static final String JAVA = "java";

    /** Operands of a loop that multiplies, and results of any. */
    interface Answers {
        void fill(MemorySegment x, MemorySegment z);

        /** @throws IllegalStateException when a result is wrong */
        void verify(Walk.Piece piece);
    }

    /**
     * Runs a side of it until its speed no longer changes.
     *
     * @param near the same loop where a call does little at a time: the JVM compiles for what it has seen, and would compile a part that is
     *        measured alone otherwise than in a run of everything
     */
    void warmUp(WarmUp warmUp, Turns.Side near, Turns.Side side) throws InterruptedException {
        if (by.equals(JAVA)) {
            warmUp.compile(loop, near);
        }
        warmUp.settle(side);
    }

    /** In C. */
    static Contender of(PeakLoops loops, PeakLoop loop) {
        PeakLoop.Body body = loops.bind(loop);
        return new Contender(loops.engine(), loop, body, PeakLoop.SUMS, loops.vectorBytes(), loop.products(),
                answers(loop, body));
    }

    /** With the Vector API, which has no loop for BF16 and none that goes past the caches. */
    static Contender inJava(PeakLoop loop) {
        if (loop == PeakLoop.INT8) {
            return new Contender(JAVA, loop, VectorLoops::products, VectorLoops.SHORT_SUMS, VectorLoops.BYTES, 2,
                    new Answers() {
                        @Override
                        public void fill(MemorySegment x, MemorySegment z) {
                            ShortAnswers.fill(x, z);
                        }

                        @Override
                        public void verify(Walk.Piece piece) {
                            ShortAnswers.verify(piece);
                        }
                    });
        }
        PeakLoop.Body body = switch (loop) {
            case FMA -> VectorLoops::fma;
            case READ -> VectorLoops::read;
            case COPY -> VectorLoops::copy;
            case TRIAD -> VectorLoops::triad;
            default -> throw new IllegalArgumentException("there is no " + loop + " in Java");
        };
        return new Contender(JAVA, loop, body, PeakLoop.SUMS, VectorLoops.BYTES, loop.products(), answers(loop, body));
    }

    /** What holds for a body that does what its loop says. */
    static Answers answers(PeakLoop loop, PeakLoop.Body body) {
        return new Answers() {
            @Override
            public void fill(MemorySegment x, MemorySegment z) {
                loop.fill(x, z);
            }

            @Override
            public void verify(Walk.Piece piece) {
                loop.verify(body, piece.y(), piece.x(), piece.z(), piece.count(), piece.passes());
            }
        };
    }

    /** Operands for a loop that multiplies, filled. */
    Walk.Piece operands(Arena arena) {
        MemorySegment y = arena.allocate((long) sums * vectorBytes, PeakLoop.ALIGNMENT);
        MemorySegment x = arena.allocate(y.byteSize(), PeakLoop.ALIGNMENT);
        MemorySegment z = arena.allocate((long) VectorLoops.TABLE * vectorBytes, PeakLoop.ALIGNMENT);
        answers.fill(x, z);
        return new Walk.Piece(y, x, z, STEPS, 1);
    }

    /** Spots on which so many threads multiply, each with operands of its own. */
    List<Walk> spots(Arena arena, int threads) {
        List<Walk> walks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            walks.add(Walk.on(operands(arena)));
        }
        return walks;
    }

    /** What each thread does on its way. */
    List<Team.Work> works(List<Walk> walks) {
        return walks.stream().<Team.Work>map(walk -> () -> run(walk.next())).toList();
    }

    /** Looks at answers on each thread's way. */
    void verify(List<Walk> walks) {
        walks.forEach(walk -> walk.ends().forEach(answers::verify));
    }

    /** Runs a call; its multiply-adds, or the bytes that it reads and writes. */
    double run(Walk.Piece piece) {
        body.run(piece.y(), piece.x(), piece.z(), piece.count(), piece.passes());
        double each = loop.multiplies() ? (double) sums * vectorBytes / Integer.BYTES * products : loop.streams();
        return each * piece.count() * piece.passes();
    }
}
