//! The part of a URL that names the server.

use std::net::Ipv6Addr;
use std::num::NonZeroU16;

/// Whether this is a name or an address, perhaps with a port, and without a user name.
pub(crate) fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = split(authority);
    let is_host = match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .fold(true, |is_name, byte| is_name & is_part_of_a_name(byte))
        }
    };
    is_host && is_port(port)
}

/// Whether the port, if there is one, is a number from 1 to 65535.
pub(super) fn has_valid_port(authority: &str) -> bool {
    is_port(split(authority).1)
}

fn is_part_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

fn is_port(after_host: &str) -> bool {
    let Some(port) = after_host.strip_prefix(':') else {
        return after_host.is_empty();
    };
    port.parse::<NonZeroU16>().is_ok() && !port.starts_with('+')
}

/// The host, and what comes after it. An IPv6 address is in brackets.
fn split(authority: &str) -> (&str, &str) {
    let end = if authority.starts_with('[') {
        authority.find(']').map(|bracket| bracket.saturating_add(1))
    } else {
        authority.bytes().position(|byte| byte == b':')
    };
    end.and_then(|end| authority.split_at_checked(end))
        .unwrap_or((authority, ""))
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
            assert!(is_host_and_port(right), "{right}");
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
            assert!(!is_host_and_port(wrong), "{wrong}");
        }
    }
}
