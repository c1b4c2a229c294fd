//! The phrases, by the part of the page that says them.

mod facts;
mod issues;
mod leaves_out;
mod lesson;
mod panels;
mod presets;
mod processes;
mod saves;
mod settings;
mod shell;
mod sinks;
mod stage;
mod store;
mod strip;
mod time;

pub use leaves_out::leaves_out;

#[cfg(test)]
mod tests {
    use super::*;

    /// Phrases that are the same word in both languages, or a mark that needs no translation.
    const SAME: &[&str] = &[];

    #[test]
    fn korean_is_korean_and_english_is_english() {
        let hangul = |text: &str| text.chars().any(|c| matches!(c, '가'..='힣'));
        let all = [
            facts::ALL,
            issues::ALL,
            leaves_out::ALL,
            lesson::ALL,
            panels::ALL,
            presets::ALL,
            processes::ALL,
            saves::ALL,
            settings::ALL,
            shell::ALL,
            sinks::ALL,
            stage::ALL,
            store::ALL,
            strip::ALL,
            time::ALL,
        ];
        for (name, ko, en) in all.into_iter().flatten().copied() {
            assert!(!ko.trim().is_empty() && !en.trim().is_empty(), "{name} is empty");
            assert!(!hangul(en), "{name}: Hangul in the English: {en}");
            assert!(hangul(ko) || ko == en || SAME.contains(&name), "{name}: no Hangul in the Korean: {ko}");
        }
    }
}
