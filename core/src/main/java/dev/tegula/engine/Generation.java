package dev.tegula.engine;

import dev.tegula.observe.CancelEvent;
import dev.tegula.sample.SamplerChain;
import dev.tegula.sample.StopStrings;
import dev.tegula.tensor.TensorView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jdk.jfr.FlightRecorder;

/**
 * One request on its way through the scheduler. Apart from the wish to cancel, its state belongs to the scheduler's
 * thread.
 */
final class Generation {
    private final Session session;
    private final Sequence sequence;
    private final int[] prompt;
    private final int maxTokens;
    private final SamplerChain sampler;
    private final LogitsHook hook;
    private final PrefillHook prefillHook;
    private final TextCodec codec;
    private final TextCodec.Decoder decoder;
    private final StopStrings stops;
    private final TokenStream stream;
    private final Duration load;
    private final long submitted = System.nanoTime();
    private volatile boolean cancelled;
    private volatile long cancelledAt;
    private long started;
    private long firstToken;
    private int reused;
    private int generated;
    private int ended;
    private int batchRows;

    /** Prepares a request, on the thread that submits it. */
    Generation(Session session, Sequence sequence, EngineParts parts, Request request, int[] prompt,
            TokenStream stream) {
        this.session = session;
        this.sequence = sequence;
        this.prompt = prompt;
        this.maxTokens = request.maxTokens();
        this.codec = parts.codec();
        this.decoder = codec.decoder();
        this.hook = request.hook().orElse(null);
        this.prefillHook = request.prefillHook().orElse(null);
        this.stops = request.stops().isEmpty() ? null : new StopStrings(request.stops());
        this.stream = stream;
        this.load = parts.load();
        this.sampler = new SamplerChain(request.sampling().orElse(parts.sampling()), parts.vocabulary(),
                parts.top());
        for (int token : prompt) {
            sampler.accept(token);
        }
    }

    TokenStream stream() {
        return stream;
    }

    Session session() {
        return session;
    }

    Sequence sequence() {
        return sequence;
    }

    /** Asks for the end; the scheduler sees to it. */
    void cancel() {
        if (!cancelled) {
            cancelledAt = System.nanoTime();
            cancelled = true;
        }
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Ends it as cancelled. */
    void finishCancelled() {
        if (FlightRecorder.isInitialized()) {
            CancelEvent event = new CancelEvent();
            event.session = session.id();
            event.tokens = generated;
            event.latency = cancelled ? System.nanoTime() - cancelledAt : 0;
            event.commit();
        }
        finish(FinishReason.CANCELLED);
    }

    /** Whether the whole prompt went through the model. */
    boolean decoding() {
        return generated > 0;
    }

    /** Takes the sequence over, keeping what its KV has of the prompt. */
    void start() {
        started = System.nanoTime();
        reused = sequence.begin(prompt);
    }

    /** Tells the request's hook how far the prompt is, while it is not through. */
    void tellPrefill() {
        if (prefillHook != null && !decoding()) {
            prefillHook.onPrefill(sequence.cached(), prompt.length);
        }
    }

    /** Rows it has in the step at hand. */
    int batchRows() {
        return batchRows;
    }

    void batchRows(int rows) {
        batchRows = rows;
    }

    /** Whether a row of logits must be in memory for {@link #choose}, and not only be found by {@link EngineParts#top}. */
    boolean readsWholeRows() {
        return hook != null || sampler.readsWholeRows();
    }

    /**
     * Chooses the next token from its logits.
     *
     * @return why the generation ends with it, or null if it goes on
     */
    FinishReason choose(TensorView logits, TensorView readOnly) {
        if (hook != null) {
            hook.onLogits(generated, readOnly);
        }
        int token = sampler.sample(logits.segment(), logits.offset());
        if (generated == 0) {
            firstToken = System.nanoTime();
        }
        generated++;
        if (codec.isEnd(token)) {
            ended = 1;
            return FinishReason.END_OF_TEXT;
        }
        sampler.accept(token);
        sequence.append(token);
        show(decoder.accept(token));
        if (stops != null && stops.stopped()) {
            return FinishReason.STOP_STRING;
        }
        if (generated == maxTokens) {
            return FinishReason.MAX_TOKENS;
        }
        return sequence.full() ? FinishReason.CONTEXT_FULL : null;
    }

    /** Ends the text; afterwards readers are told, so everything else must have been put in order before. */
    void finish(FinishReason reason) {
        if (reason != FinishReason.STOP_STRING) {
            show(decoder.finish());
            if (stops != null && !stops.stopped()) {
                emit(stops.finish());
            }
        }
        FinishReason last = stops != null && stops.stopped() ? FinishReason.STOP_STRING : reason;
        GenerationResult result = result(last);
        sequence.rollBack(sequence.cached());
        session.finished(result, () -> stream.finish(result));
    }

    /** Ends it by a fault. */
    void fail(Throwable fault) {
        sequence.rollBack(sequence.cached());
        session.finished(null, () -> stream.fail(fault));
    }

    private void show(String text) {
        emit(stops == null ? text : stops.accept(text));
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            stream.add(text);
        }
    }

    private GenerationResult result(FinishReason reason) {
        long now = System.nanoTime();
        long begin = started == 0 ? now : started;
        long first = generated == 0 ? now : firstToken;
        List<Integer> ids = new ArrayList<>(generated);
        for (int i = 0; i < generated - ended; i++) {
            ids.add(sequence.token(prompt.length + i));
        }
        int computed = Math.max(0, Math.min(prompt.length, sequence.cached()) - reused);
        Timings timings = new Timings(load, Duration.ofNanos(begin - submitted), Duration.ofNanos(first - begin),
                Duration.ofNanos(now - first), started == 0 ? 0 : computed, Math.max(0, generated - 1));
        return new GenerationResult(stream.text(), ids, prompt.length, reused, reason,
                Optional.ofNullable(stops == null ? null : stops.matched()), sampler.seed(), timings);
    }
}
