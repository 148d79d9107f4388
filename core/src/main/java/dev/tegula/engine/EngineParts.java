package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.BlockPool;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.sample.TopLogits;
import java.time.Duration;

/**
 * What an engine is made of.
 *
 * @param runner computes batches
 * @param batch the batch to fill for it, with a row and a sequence for every session at least
 * @param pool the KV blocks
 * @param codec tokenizer and chat template
 * @param context positions of a session
 * @param sessions sessions at most
 * @param queue requests that may wait for their first chunk
 * @param vocabulary logits in a row
 * @param sampling how tokens are chosen when a request says nothing
 * @param top finds the first logits of a row, on the scheduler's thread
 * @param load how long opening took
 * @param closer frees model and file
 */
record EngineParts(Runner runner, Batch batch, BlockPool pool, TextCodec codec, int context, int sessions, int queue,
        int vocabulary, SamplingOptions sampling, TopLogits top, Duration load, Runnable closer) {
    EngineParts {
        atLeastOne("context", context);
        atLeastOne("sessions", sessions);
        atLeastOne("queue", queue);
        atLeastOne("vocabulary", vocabulary);
        if (batch.maxRows() < sessions || batch.maxSequences() < sessions) {
            // So that every session can decode in every step, and a prompt's chunk always has room beside them.
            throw new IllegalArgumentException("a batch of " + batch.maxRows() + " rows and " + batch.maxSequences()
                    + " sequences for " + sessions + " sessions: at least as many of both");
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, was " + value);
        }
    }
}
