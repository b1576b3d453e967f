//! What the emulator does, seen from the other end of a socket.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod client;
#[cfg(test)]
mod lifetime;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod scripted;
