/** JMH suites. */
module dev.tegula.bench {
    requires dev.tegula;
}
