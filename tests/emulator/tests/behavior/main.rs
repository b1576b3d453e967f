//! What the emulator does, as seen from the other end of a socket.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod built;
#[cfg(test)]
mod client;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod hosted;
#[cfg(all(test, feature = "https"))]
mod https;
#[cfg(test)]
mod lifetime;
#[cfg(test)]
mod misbehaving;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod scripted;
