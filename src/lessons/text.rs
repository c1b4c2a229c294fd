//! A lesson's words: a small part of Markdown, read into values that a page can show without ever setting HTML.
//!
//! A line `## key` begins the words of a key. Below it: paragraphs, `### title`, lists with `-` or `1.`, code between
//! ```` ``` ````, and within a line `**strong**`, `*emphasis*`, `` `code` `` and `[words](rule:S1)`, a reference to a rule.
//! Whatever stands before the first key is a comment. Left out on purpose: HTML, images, links to anywhere, nesting.

use std::collections::BTreeMap;

/// All words of a lesson in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    sections: BTreeMap<String, Vec<Block>>,
}

/// A block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A title.
    Title(Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list.
    List {
        /// With numbers.
        ordered: bool,
        /// Its items.
        items: Vec<Vec<Span>>,
    },
    /// Lines of code.
    Code(String),
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Span {
    /// As it is.
    Plain(String),
    /// Strong.
    Strong(String),
    /// Emphasis.
    Emphasis(String),
    /// Code.
    Code(String),
    /// A reference to a rule of Flink's behaviour.
    Rule {
        /// The words.
        text: String,
        /// The rule's id.
        rule: String,
    },
}

impl Texts {
    /// Reads a file. What is not understood is shown as it stands.
    pub fn parse(markdown: &str) -> Texts {
        let mut sections: BTreeMap<String, Vec<Block>> = BTreeMap::new();
        let mut key = None;
        let mut lines: Vec<&str> = Vec::new();
        let mut in_code = false;
        for line in markdown.lines() {
            in_code ^= line.starts_with("```");
            match line.strip_prefix("## ").filter(|_| !in_code) {
                Some(next) => {
                    if let Some(key) = key.replace(next.trim().to_owned()) {
                        sections.insert(key, blocks(&lines));
                    }
                    lines.clear();
                }
                None => lines.push(line.trim_end()),
            }
        }
        if let Some(key) = key {
            sections.insert(key, blocks(&lines));
        }
        Texts { sections }
    }

    /// The words of a key; none where the file lacks it.
    pub fn get(&self, key: &str) -> &[Block] {
        self.sections.get(key).map_or(&[], Vec::as_slice)
    }

    /// The title of a key's words.
    pub fn title(&self, key: &str) -> Option<&[Span]> {
        self.get(key).iter().find_map(|block| match block {
            Block::Title(spans) => Some(spans.as_slice()),
            _ => None,
        })
    }

    /// The words of a key without the title.
    pub fn body(&self, key: &str) -> impl Iterator<Item = &Block> {
        self.get(key).iter().filter(|block| !matches!(block, Block::Title(_)))
    }

    /// Its keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}

/// The text of spans without their looks.
pub fn plain(spans: &[Span]) -> String {
    let text = |span: &Span| match span {
        Span::Plain(text) | Span::Strong(text) | Span::Emphasis(text) | Span::Code(text) => text.clone(),
        Span::Rule { text, .. } => text.clone(),
    };
    spans.iter().map(text).collect()
}

fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let from = at;
        at += 1;
        if line.is_empty() {
            continue;
        }
        if line.starts_with("```") {
            let end = lines[at..].iter().position(|line| line.starts_with("```")).map_or(lines.len(), |end| at + end);
            blocks.push(Block::Code(lines[at..end].join("\n")));
            at = end + 1;
        } else if let Some(title) = line.strip_prefix("### ") {
            blocks.push(Block::Title(spans(title)));
        } else if let Some((ordered, _)) = item(line) {
            let same = |line: &&&str| item(line).is_some_and(|(kind, _)| kind == ordered);
            at = from + lines[from..].iter().take_while(same).count();
            let items = lines[from..at].iter().filter_map(|line| item(line)).map(|(_, text)| spans(text));
            blocks.push(Block::List { ordered, items: items.collect() });
        } else {
            let goes_on = |line: &&&str| {
                !line.is_empty() && !line.starts_with("```") && !line.starts_with("### ") && item(line).is_none()
            };
            at = from + lines[from..].iter().take_while(goes_on).count();
            blocks.push(Block::Paragraph(spans(&lines[from..at].join(" "))));
        }
    }
    blocks
}

/// The text of a list's item, and whether the list has numbers.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(text) = line.strip_prefix("- ") {
        return Some((false, text));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((true, text))
}

fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match special(rest) {
            Some((span, length)) => {
                if !plain.is_empty() {
                    spans.push(Span::Plain(std::mem::take(&mut plain)));
                }
                spans.push(span);
                rest = &rest[length..];
            }
            None => {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

/// A span other than plain text at the start of `text`, and its length in bytes.
fn special(text: &str) -> Option<(Span, usize)> {
    let between = |mark: &str| {
        let inner = text.strip_prefix(mark)?;
        let end = inner.find(mark).filter(|end| *end > 0)?;
        Some((inner[..end].to_owned(), end + 2 * mark.len()))
    };
    if let Some((inner, length)) = between("`") {
        return Some((Span::Code(inner), length));
    }
    if let Some((inner, length)) = between("**") {
        return Some((Span::Strong(inner), length));
    }
    if let Some((inner, length)) = between("*") {
        return Some((Span::Emphasis(inner), length));
    }
    let (words, after) = text.strip_prefix('[')?.split_once("](rule:")?;
    let (rule, _) = after.split_once(')')?;
    let length = 1 + words.len() + "](rule:".len() + rule.len() + 1;
    Some((Span::Rule { text: words.to_owned(), rule: rule.to_owned() }, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Span {
        Span::Plain(text.into())
    }

    #[test]
    fn sections_blocks_and_spans_are_told_apart() {
        let texts = Texts::parse(
            "a comment\n## one\n### A *title*\nFirst line\nsecond `x * y` line.\n\n- a **b**\n- c\n1. d\n\n```\n## not a key\n```\n## two\n[see](rule:SR-5)!\n",
        );
        assert_eq!(texts.keys().collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(
            texts.get("one"),
            [
                Block::Title(vec![words("A "), Span::Emphasis("title".into())]),
                Block::Paragraph(vec![words("First line second "), Span::Code("x * y".into()), words(" line.")]),
                Block::List {
                    ordered: false,
                    items: vec![vec![words("a "), Span::Strong("b".into())], vec![words("c")]]
                },
                Block::List { ordered: true, items: vec![vec![words("d")]] },
                Block::Code("## not a key".into()),
            ]
        );
        let rule = Span::Rule { text: "see".into(), rule: "SR-5".into() };
        assert_eq!(texts.get("two"), [Block::Paragraph(vec![rule, words("!")])]);
        assert_eq!(texts.get("three"), []);
    }

    #[test]
    fn odd_texts_are_shown_as_they_stand() {
        for odd in ["a ** b", "[a](b)", "`", "**", "*", "[x](rule:S1", "5. "] {
            assert_eq!(plain(&spans(odd)), odd);
        }
    }
}
