package dev.tegula.device;

/** A device or its driver failed. What it computed is lost; what the host holds is not. */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param device its id
     * @param what what was asked of it, with the kernel's name where there is one
     * @param reason the driver's answer, with its number and name
     */
    public DeviceException(String device, String what, String reason) {
        super(device + ": " + what + ": " + reason);
    }
}
