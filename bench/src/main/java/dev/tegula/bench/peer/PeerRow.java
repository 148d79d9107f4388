package dev.tegula.bench.peer;

import dev.tegula.bench.timing.Paired;
import java.util.List;

/**
 * What we and a peer reached by turns.
 *
 * @param name what was computed
 * @param peer who else computed it, with its version where that is known
 * @param engine whose kernels ours are
 * @param threads of both sides
 * @param unit of the rates, the more the better
 * @param rates ours, per round
 * @param theirs the peer's in the same rounds
 * @param disturbed rounds in which others, guests of the machine or processes of the system, had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 * @param command what measures it again
 */
public record PeerRow(String name, String peer, String engine, int threads, String unit, List<Double> rates,
        List<Double> theirs, int disturbed, double stolen, String command) implements Paired {
    public PeerRow {
        rates = List.copyOf(rates);
        theirs = List.copyOf(theirs);
        Paired.check(name, rates, theirs, List.of());
    }

    /** This row with the rounds of a later measurement of the same. */
    public PeerRow and(PeerRow later) {
        return new PeerRow(name, peer, engine, threads, unit, Paired.joined(rates, later.rates),
                Paired.joined(theirs, later.theirs), disturbed + later.disturbed,
                Paired.mean(this, stolen, later, later.stolen), command);
    }

    @Override
    public String key() {
        return Paired.key(name + " beside " + peer, engine, threads);
    }

    @Override
    public String judge() {
        return peer;
    }

    @Override
    public List<Double> others() {
        return theirs;
    }
}
