//! One adapter per API dialect, without I/O: encode, decode, the next step; sellers as data.
