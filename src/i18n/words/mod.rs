//! The phrases, by the part of the page that says them.

mod facts;

#[cfg(test)]
mod tests {
    use super::*;

    /// Phrases that are the same word in both languages, or a mark that needs no translation.
    const SAME: &[&str] = &[];

    #[test]
    fn korean_is_korean_and_english_is_english() {
        let hangul = |text: &str| text.chars().any(|c| matches!(c, '가'..='힣'));
        for (name, ko, en) in [facts::ALL].into_iter().flatten().copied() {
            assert!(!ko.trim().is_empty() && !en.trim().is_empty(), "{name} is empty");
            assert!(!hangul(en), "{name}: Hangul in the English: {en}");
            assert!(hangul(ko) || ko == en || SAME.contains(&name), "{name}: no Hangul in the Korean: {ko}");
        }
    }
}
