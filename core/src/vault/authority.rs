//! The part of a URL that names the server.

use std::net::Ipv6Addr;
use std::num::NonZeroU16;

/// Checks that this is a name or an address, perhaps with a port, and without a user name. The error is a
/// predicate.
pub(crate) fn check_host_and_port(authority: &str) -> Result<(), &'static str> {
    let (host, rest) = split(authority);
    let is_host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty(),
    };
    match (is_host, rest.strip_prefix(':')) {
        (true, None) if rest.is_empty() => Ok(()),
        (true, Some(port)) if is_port(port) => Ok(()),
        (true, Some(_)) => Err("has an invalid port"),
        _ => Err("has an invalid host"),
    }
}

/// The host, and what comes after it. An IPv6 address is in brackets.
fn split(authority: &str) -> (&str, &str) {
    let end = if authority.starts_with('[') {
        authority.find(']').map(|bracket| bracket.saturating_add(1))
    } else {
        authority.bytes().position(|byte| !is_part_of_a_name(byte))
    };
    end.and_then(|end| authority.split_at_checked(end))
        .unwrap_or((authority, ""))
}

fn is_part_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// Whether this is a number from 1 to 65535.
fn is_port(text: &str) -> bool {
    text.parse::<NonZeroU16>().is_ok() && !text.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for right in [
            "v",
            "vault.apideck.com",
            "vault.apideck.com.",
            "xn--bcher-kva.example",
            "my_proxy:1",
            "127.0.0.1:65535",
            "[::1]",
            "[::ffff:127.0.0.1]:8080",
        ] {
            assert!(check_host_and_port(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "[",
            "]",
            "[]",
            "[:",
            "[::1",
            "::1]",
            "[::1]8080",
            "[::g]",
            "[::1%eth0]",
            "h:",
            "h:x",
            "h:0",
            "h:65536",
            "h:+1",
            "h:1:1",
            ":1",
            "user@h",
            "user:pass@h",
            "h@",
            "a b",
            "bücher",
            "a%2e",
            "a\\b",
        ] {
            assert!(check_host_and_port(wrong).is_err(), "{wrong}");
        }
    }
}
