//! A lesson's words as elements. They are values, not HTML: nothing that a file says can become anything but text.

use checkpoint_lab::i18n::{Language, rule};
use checkpoint_lab::lessons::text::{Block, Span, Texts};
use yew::prelude::*;

/// The words of a key without its title.
pub fn body(t: Language, texts: &Texts, key: &str) -> Html {
    html! { <>{ for texts.body(key).map(|block| self::block(t, block)) }</> }
}

/// The title of a key.
pub fn title(t: Language, texts: &Texts, key: &str) -> Html {
    line(t, texts.title(key).unwrap_or_default())
}

/// The words of a key on one line: of a list, a choice.
pub fn inline(t: Language, texts: &Texts, key: &str) -> Html {
    let lines = texts.body(key).filter_map(|block| match block {
        Block::Paragraph(spans) => Some(line(t, spans)),
        _ => None,
    });
    html! { <>{ for lines }</> }
}

fn block(t: Language, block: &Block) -> Html {
    match block {
        Block::Title(spans) => html! { <p><strong>{ line(t, spans) }</strong></p> },
        Block::Paragraph(spans) => html! { <p>{ line(t, spans) }</p> },
        Block::List { ordered, items } => {
            let items = items.iter().map(|item| html! { <li>{ line(t, item) }</li> });
            if *ordered {
                html! { <ol>{ for items }</ol> }
            } else {
                html! { <ul>{ for items }</ul> }
            }
        }
        Block::Code(code) => html! { <pre><code>{ code.clone() }</code></pre> },
    }
}

fn line(t: Language, spans: &[Span]) -> Html {
    html! { <>{ for spans.iter().map(|span| self::span(t, span)) }</> }
}

fn span(t: Language, span: &Span) -> Html {
    match span {
        Span::Plain(text) => html! { { text.clone() } },
        Span::Strong(text) => html! { <strong>{ text.clone() }</strong> },
        Span::Emphasis(text) => html! { <em>{ text.clone() }</em> },
        Span::Code(text) => html! { <code>{ text.clone() }</code> },
        Span::Rule { text, rule: id } => {
            let gist = rule(id).map(|rule| rule.gist(t));
            html! { <span class="lesson-rule" title={gist}>{ text.clone() }<b class="rule-id">{ id.clone() }</b></span> }
        }
    }
}
