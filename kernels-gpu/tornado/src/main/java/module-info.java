/** Devices through TornadoVM; refused with a reason where the JVM does not run with an SDK of it. */
module dev.tegula.tornado {
    requires transitive dev.tegula.core;
    requires tornado.api;

    exports dev.tegula.tornado;

    provides dev.tegula.device.DeviceBackend with dev.tegula.tornado.TornadoBackend;
}
