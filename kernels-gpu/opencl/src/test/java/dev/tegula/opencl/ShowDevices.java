package dev.tegula.opencl;

/** Prints what was found, a line each: run in a JVM of its own, since drivers stay loaded. */
final class ShowDevices {
    private ShowDevices() {}

    public static void main(String[] args) {
        OpenClDevices found = OpenClDevices.list();
        for (OpenClDevice device : found.devices()) {
            System.out.println("device " + device.computeUnits() + " " + device.globalBytes() + " "
                    + device.largestBufferBytes() + " " + device.version());
            System.out.println(device.info());
        }
        found.refusal().ifPresent(System.out::println);
        OpenClBackend backend = new OpenClBackend();
        System.out.println("backend " + backend.devices().size() + " "
                + backend.kernels().unavailable().map(Object::toString).orElse("available"));
    }
}
