package dev.tegula.bench.peer;

import java.util.Optional;

/** A library whose classes are not here, so that there is a line for it all the same. */
record AbsentPeer(String name, String reason) implements Peer {
    @Override
    public Optional<String> unavailable() {
        return Optional.of(reason);
    }

    @Override
    public boolean multiplies(Product product) {
        return true;
    }

    @Override
    public Call bind(Product product, int threads) {
        throw new IllegalStateException(name + ": " + reason);
    }
}
