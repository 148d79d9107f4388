package dev.tegula.sample;

/** Divides the logits by the temperature: below 1 sharpens the distribution, above 1 flattens it. */
public final class Temperature implements Sampler {
    private final float temperature;

    /** @param temperature above 0; for 0 a chain takes the most likely token instead */
    public Temperature(float temperature) {
        if (SamplingOptions.checkTemperature(temperature) == 0) {
            throw new IllegalArgumentException("temperature of a temperature step must be above 0");
        }
        this.temperature = temperature;
    }

    @Override
    public void apply(Candidates candidates) {
        candidates.divide(temperature);
    }

    @Override
    public String describe() {
        return "temperature " + temperature;
    }
}
