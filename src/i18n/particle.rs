//! Korean particles that depend on how the word before them ends: 은/는, 이/가, 을/를, 과/와, 으로/로.
//!
//! Hangul is exact. A digit ends as it is read (1 일, 2 이 …). Latin is read the way Korean speakers mostly do: `map` 맵,
//! `print` 프린트, `RUNNING` 러닝. A parenthesis at the end is not read: `map (1/2)` ends as `map`.

use std::fmt::Display;

/// How a word ends when read aloud.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Vowel,
    /// ㄹ, which takes 로 and not 으로.
    Rieul,
    Consonant,
}

/// `word` with 은 or 는: the topic.
pub fn eun(word: impl Display) -> String {
    attach(word, "은", "는")
}

/// `word` with 이 or 가: the subject.
pub fn i(word: impl Display) -> String {
    attach(word, "이", "가")
}

/// `word` with 을 or 를: the object.
pub fn eul(word: impl Display) -> String {
    attach(word, "을", "를")
}

/// `word` with 과 or 와: and, with.
pub fn gwa(word: impl Display) -> String {
    attach(word, "과", "와")
}

/// `word` with 으로 or 로: to, by.
pub fn euro(word: impl Display) -> String {
    let mut text = word.to_string();
    let particle = if ending(&text) == Ending::Consonant { "으로" } else { "로" };
    text.push_str(particle);
    text
}

fn attach(word: impl Display, after_consonant: &str, after_vowel: &str) -> String {
    let mut text = word.to_string();
    let particle = if ending(&text) == Ending::Vowel { after_vowel } else { after_consonant };
    text.push_str(particle);
    text
}

fn ending(word: &str) -> Ending {
    let read = without_parenthesis(word).trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut letters = read.chars().rev();
    match letters.next() {
        Some(c @ '가'..='힣') => match (c as u32 - '가' as u32) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        Some('1' | '7' | '8') => Ending::Rieul,
        Some('0' | '3' | '6') => Ending::Consonant,
        Some(c) if c.is_ascii_alphabetic() => latin(c, letters.next(), letters.next()),
        _ => Ending::Vowel,
    }
}

/// The ending of a Latin word by its last letters, last first.
fn latin(last: char, second: Option<char>, third: Option<char>) -> Ending {
    let is_vowel = |c: Option<char>| c.is_some_and(|c| "aeiouAEIOU".contains(c));
    match last.to_ascii_lowercase() {
        'l' => Ending::Rieul,
        'm' | 'n' => Ending::Consonant,
        'g' if second.is_some_and(|c| c.eq_ignore_ascii_case(&'n')) => Ending::Consonant,
        // A short vowel keeps the stop in the syllable: map 맵, job 잡, set 셋; but print 프린트, sink 싱크.
        'b' | 'p' | 'k' | 't' if is_vowel(second) && !is_vowel(third) => Ending::Consonant,
        'k' if second.is_some_and(|c| c.eq_ignore_ascii_case(&'c')) && is_vowel(third) => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

fn without_parenthesis(word: &str) -> &str {
    let word = word.trim_end();
    match (word.ends_with(')'), word.rfind('(')) {
        (true, Some(start)) if start > 0 => word[..start].trim_end(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_follow_the_sound_before_them() {
        let cases = [
            ("체크포인트", "는", "를", "로"),
            ("배리어", "는", "를", "로"),
            ("잡", "은", "을", "으로"),
            ("파일", "은", "을", "로"),
            ("chk-1", "은", "을", "로"),
            ("chk-2", "는", "를", "로"),
            ("chk-3", "은", "을", "으로"),
            ("chk-10", "은", "을", "으로"),
            ("map", "은", "을", "으로"),
            ("Map (1/2)", "은", "을", "으로"),
            ("print", "는", "를", "로"),
            ("RUNNING", "은", "을", "으로"),
            ("FAILED", "는", "를", "로"),
            ("'tx1005'", "는", "를", "로"),
            ("JobManager", "는", "를", "로"),
        ];
        for (word, topic, object, to) in cases {
            assert_eq!(eun(word), format!("{word}{topic}"));
            assert_eq!(eul(word), format!("{word}{object}"));
            assert_eq!(euro(word), format!("{word}{to}"));
        }
    }
}
