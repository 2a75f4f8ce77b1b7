//! Image headers, masks and their polarity, and what changed outside a mask.
