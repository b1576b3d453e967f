//! The emulator's own pages: no script, no build step, and nothing from a token unescaped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode, Uri};
use sha2::{Digest, Sha256};

use crate::respond::head;

const STYLE: &str = include_str!("page.css");

/// HTML that can hold only escaped text.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends an element with this text. `tag` may name a class: `p.note`.
    pub(crate) fn element(&mut self, tag: &str, text: &str) -> &mut Self {
        self.open(tag).text(text).close(tag)
    }

    pub(crate) fn open(&mut self, tag: &str) -> &mut Self {
        match tag.split_once('.') {
            None => self.raw(&["<", tag, ">"]),
            Some((tag, class)) => self.raw(&["<", tag, " class=\"", class, "\">"]),
        }
    }

    pub(crate) fn close(&mut self, tag: &str) -> &mut Self {
        let tag = tag.split('.').next().unwrap_or_default();
        self.raw(&["</", tag, ">"])
    }

    /// Appends a link that looks like a button.
    pub(crate) fn button(&mut self, target: &str, text: &str) -> &mut Self {
        self.raw(&["<p><a class=\"button\" href=\""])
            .text(target)
            .raw(&["\">"])
            .text(text)
            .raw(&["</a></p>"])
    }

    /// Begins a part that can be folded away.
    pub(crate) fn open_details(&mut self, is_open: bool, summary: &str) -> &mut Self {
        let tag = if is_open {
            "<details open>"
        } else {
            "<details>"
        };
        self.raw(&[tag]).element("summary", summary)
    }

    pub(crate) fn link(&mut self, target: &str, text: &str) -> &mut Self {
        self.raw(&["<a href=\""])
            .text(target)
            .raw(&["\">"])
            .text(text)
            .raw(&["</a>"])
    }

    /// Appends a picture that says nothing that the text near it does not say.
    pub(crate) fn picture(&mut self, class: &str, source: &str) -> &mut Self {
        self.raw(&["<img alt=\"\" class=\"", class, "\" src=\""])
            .text(source)
            .raw(&["\">"])
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Appends markup of the emulator's own.
    fn raw(&mut self, parts: &[&str]) -> &mut Self {
        self.0.extend(parts.iter().copied());
        self
    }
}

/// A whole page. `theme` is style that follows the emulator's own.
pub(crate) fn page(status: StatusCode, title: &str, theme: &str, body: Html) -> Response<Bytes> {
    let style = format!("{STYLE}{theme}");
    let mut html = Html::new();
    html.raw(&[
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<link rel=\"icon\" href=\"data:,\">",
    ])
    .element("title", title)
    .raw(&["<style>", &style, "</style></head><body>"])
    .element("p.emulator", "apideck-vault emulator: not Apideck's Vault")
    .raw(&["<main>", &body.0, "</main></body></html>"]);
    let mut response = head(status, html.0.into());
    let headers = response.headers_mut();
    // The hash allows this style and no other, whatever else got into the page.
    let hash = STANDARD.encode(Sha256::digest(&style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data: https: http:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address of a session's page holds its token.
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a page may show this as a picture.
pub(crate) fn is_picture(source: &str) -> bool {
    source.len() <= 100_000 && (is_web_link(source) || source.starts_with("data:image/"))
}

/// Whether a link from a token leads to a web page, and not to a script or a file.
pub(crate) fn is_web_link(link: &str) -> bool {
    link.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}
