package dev.tegula.engine;

import dev.tegula.observe.DecodeEvent;
import dev.tegula.observe.PrefillEvent;
import jdk.jfr.FlightRecorder;

/** Records steps when a flight recorder is there; the two events are made once and used again. */
final class StepEvents {
    private PrefillEvent prefill;
    private DecodeEvent decode;
    private boolean begun;

    /** An executor call begins. */
    void begin() {
        begun = FlightRecorder.isInitialized();
        if (!begun) {
            return;
        }
        if (prefill == null) {
            prefill = new PrefillEvent();
            decode = new DecodeEvent();
        }
        prefill.begin();
        decode.begin();
    }

    /**
     * It has ended.
     *
     * @param last the generation whose rows came last, which alone may have been a prompt's
     * @param generations how many had rows
     */
    void end(Generation last, int generations) {
        if (!begun) {
            return;
        }
        prefill.end();
        decode.end();
        boolean prompt = !last.decoding();
        if (prompt && prefill.shouldCommit()) {
            prefill.session = last.session().id();
            prefill.position = last.sequence().cached();
            prefill.rows = last.batchRows();
            prefill.commit();
        }
        int decoding = generations - (prompt ? 1 : 0);
        if (decoding > 0 && decode.shouldCommit()) {
            decode.sessions = decoding;
            decode.prefillRows = prompt ? last.batchRows() : 0;
            decode.commit();
        }
    }
}
