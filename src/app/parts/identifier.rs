//! Long hexadecimal ids inside a text: shown by their first digits, whole on pointing and on copying.

use yew::prelude::*;

const SHOWN: usize = 6;
/// Runs of hexadecimal digits from this length on are ids.
const LONG: usize = 32;

/// The text with its ids shortened. What is hidden is still there for a selection that is copied.
pub fn shortened(text: &str) -> Html {
    let mut parts: Vec<Html> = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let digits = bytes[at..].iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        if digits >= LONG {
            parts.push(html! { { text[plain..at].to_owned() } });
            parts.push(id(&text[at..at + digits]));
            plain = at + digits;
        }
        at += digits.max(1);
    }
    parts.push(html! { { text[plain..].to_owned() } });
    parts.into_iter().collect()
}

fn id(id: &str) -> Html {
    html! {
        <span class="hex" title={id.to_owned()}>
            { id[..SHOWN].to_owned() }<span class="hex-rest">{ id[SHOWN..].to_owned() }</span>
        </span>
    }
}
