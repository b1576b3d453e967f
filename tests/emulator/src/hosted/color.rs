/// Whether a text is a color and nothing else: `#286efa`, `rgb(40 110 250 / 50%)`, `rebeccapurple`.
///
/// What passes goes into the page's style, so it may hold nothing that ends a value or loads
/// anything. A browser ignores a name or a function's arguments that are no color.
pub(super) fn is_color(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix('#') {
        return [3, 4, 6, 8].contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    }
    let is_word = |word: &str| {
        !word.is_empty() && word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    match text.split_once('(') {
        None => is_word(text),
        Some((function, rest)) => {
            ["rgb", "rgba", "hsl", "hsla"].contains(&function)
                && rest.len() <= 64
                && rest.strip_suffix(')').is_some_and(|numbers| {
                    let allowed = |byte: u8| byte.is_ascii_digit() || b" ,./%".contains(&byte);
                    numbers.bytes().all(allowed)
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_color;

    #[test]
    fn a_color_passes_and_nothing_else() {
        for color in [
            "#fff",
            "#286EFA",
            "#286efa80",
            "tomato",
            "rgb(40, 110, 250)",
            "hsl(9 9% 9% / 50%)",
        ] {
            assert!(is_color(color), "{color}");
        }
        for other in [
            "",
            "#",
            "#ggg",
            "#12345",
            "red;background:url(//x)",
            "url(//x)",
            "var(--x)",
            "red}",
            "rgb(1,2,3);",
            "rgb(1)url(x)",
            "expression(1)",
            "re d",
            "#fff\n",
            "</style>",
            "rgb(",
            "a\u{0}",
        ] {
            assert!(!is_color(other), "{other}");
        }
    }
}
