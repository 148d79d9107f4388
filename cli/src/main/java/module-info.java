/** The tegula command. */
module dev.tegula.cli {
    requires dev.tegula;
}
