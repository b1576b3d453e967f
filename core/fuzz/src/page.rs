//! What holds for each of the emulator's pages, whatever is in the token.

const TAGS: [&str; 29] = [
    "!doctype", "html", "head", "meta", "link", "title", "style", "body", "main", "div", "section",
    "aside", "h1", "h2", "p", "a", "img", "strong", "span", "details", "summary", "ul", "li", "em",
    "table", "tr", "th", "td", "code",
];

/// It has no element but the emulator's own, and no link to anything but a web page.
pub fn check(page: &str) {
    let (before, rest) = page.split_once("<style>").expect("it has a style");
    let (style, after) = rest.split_once("</style>").expect("it ends");
    assert!(
        !style.contains(['<', '\\']) && !style.contains("//"),
        "{style}"
    );
    assert_eq!(style.matches('{').count(), style.matches('}').count());
    for part in [before, after] {
        for (index, _) in part.match_indices('<') {
            let tag = part[index + 1..].trim_start_matches('/');
            let end = tag.find(['>', ' ']).expect("it ends");
            assert!(TAGS.contains(&&tag[..end]), "{}", &tag[..end]);
        }
        for attribute in ["href", "src"] {
            for link in part.split(&format!(" {attribute}=\"")).skip(1) {
                let starts = [
                    "http://",
                    "https://",
                    "data:image/",
                    "data:,\"",
                    "/vault/callback?state=",
                ];
                let link = link.to_ascii_lowercase();
                assert!(
                    starts.iter().any(|start| link.starts_with(start)),
                    "{}",
                    &link[..link.len().min(100)]
                );
            }
        }
    }
}
