/** The tegula command. */
module dev.tegula.cli {
    requires dev.tegula;
    requires java.management;
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires org.jline.reader;
    requires org.jline.terminal;

    opens dev.tegula.cli to info.picocli;
}
