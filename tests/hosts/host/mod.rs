//! The hosts against simulated devices behind pseudo-terminals, one for each thing that a line or a device can do wrong: either all
//! scores are right, or there is a clear error within the limits.

mod behaviour;
mod client;
mod command;
mod device;
mod faults;
mod pty;
mod python;
mod vectors;
