package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.BlockPool;
import dev.tegula.kv.BlockTable;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.sample.TopLogits;
import java.time.Duration;

/** An engine on a {@link FakeRunner}. */
final class FakeEngine implements AutoCloseable {
    final FakeRunner runner;
    final BlockPool pool;
    final Engine engine;
    int closes;

    FakeEngine(int sessions, int context, int batchRows, int queue) {
        int blocks = sessions * BlockTable.blocksFor(context);
        runner = new FakeRunner(FakeCodec.VOCABULARY, blocks, sessions);
        pool = new BlockPool(blocks);
        Batch batch = new Batch(runner.storage(), batchRows, sessions, BlockTable.blocksFor(context));
        engine = new Engine(new EngineParts(runner, batch, pool, new FakeCodec(), context, sessions, queue,
                FakeCodec.VOCABULARY, SamplingOptions.greedy(), TopLogits.plain(), Duration.ofMillis(5), () -> {
                    closes++;
                    runner.close();
                }), null, java.util.Optional.empty());
    }

    /** The next token is the one after the last, so that text counts up. */
    FakeEngine counting() {
        runner.rule((hash, last, candidate) -> candidate == last + 1 ? 1 : 0);
        return this;
    }

    Session session() {
        return engine.newSession();
    }

    @Override
    public void close() {
        runner.open();
        engine.close();
    }
}
