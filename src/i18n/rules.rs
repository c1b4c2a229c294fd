//! The gist of every Flink rule, from the table beside the rules' own page (`docs/flink-rules.md`).

use crate::base::Language;

const TITLES: &str = include_str!("../../docs/rule-titles.tsv");

/// A rule of Flink's behaviour, in one sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its id: `CP-4`.
    pub id: &'static str,
    english: &'static str,
    korean: &'static str,
}

impl Rule {
    /// The sentence.
    pub const fn gist(&self, language: Language) -> &'static str {
        match language {
            Language::Korean => self.korean,
            Language::English => self.english,
        }
    }
}

/// Every rule, in the order of the rules' page.
pub fn rules() -> impl Iterator<Item = Rule> {
    TITLES.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Rule { id: columns.next()?, english: columns.next()?, korean: columns.next()? })
    })
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<Rule> {
    rules().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_both_sentences() {
        assert!(rules().count() > 150);
        for rule in rules() {
            assert!(rule.korean.chars().any(|c| matches!(c, '가'..='힣')), "{}", rule.id);
            assert!(!rule.english.is_empty(), "{}", rule.id);
        }
        assert_eq!(rule("CP-16").map(|rule| rule.id), Some("CP-16"));
        assert_eq!(rule("XX-1"), None);
    }
}
