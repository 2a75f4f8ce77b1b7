//! A server that behaves like each seller of the gpt-image models, renders real images and meters the bill.
