//! The two languages that the page speaks. Their words are in `i18n`.

use serde::{Deserialize, Serialize};

/// A language of the page; both are equals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Language {
    /// 한국어.
    #[serde(rename = "ko")]
    Korean,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both, Korean first.
    pub const ALL: [Language; 2] = [Language::Korean, Language::English];

    /// The BCP 47 code, as in an element's `lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Korean => "ko",
            Language::English => "en",
        }
    }

    /// The language that a BCP 47 tag such as `ko-KR` asks for: Korean for Korean, English for all others.
    pub fn of_tag(tag: &str) -> Language {
        match tag.split(['-', '_']).next() {
            Some(first) if first.eq_ignore_ascii_case("ko") => Language::Korean,
            _ => Language::English,
        }
    }
}
