//! Random runs in virtual time, against the emulator.
