//! Records, barriers and ends in their places, drawn without Yew. There are hundreds of them, and a frame moves many and
//! changes few: each keeps its element by key, and only what is different from the last frame is written.

use checkpoint_lab::scene::tokens::{Token, TokenKind};
use web_sys::{Document, Element};

use super::text;

const SVG: &str = "http://www.w3.org/2000/svg";

/// The elements of one layer, in the order of their keys, which is the order in which they cover each other.
#[derive(Default)]
pub struct Tokens {
    drawn: Vec<Drawn>,
    /// Elements of tokens that are gone, for those that come.
    spare: Vec<Element>,
}

struct Drawn {
    token: Token,
    element: Element,
    trail: Option<Element>,
}

impl Tokens {
    /// Makes the children of `layer` those of `tokens`, which are in the order of their keys.
    pub fn draw(&mut self, layer: &Element, tokens: &[&Token]) {
        let Some(document) = layer.owner_document() else { return };
        let before = std::mem::take(&mut self.drawn);
        let (kept, gone): (Vec<Drawn>, Vec<Drawn>) = before
            .into_iter()
            .partition(|drawn| tokens.binary_search_by_key(&drawn.token.key, |token| token.key).is_ok());
        let aside = self.spare.len();
        self.spare.extend(gone.into_iter().map(|drawn| drawn.element));
        let mut kept = kept.into_iter().peekable();
        for token in tokens {
            let drawn = match kept.next_if(|drawn| drawn.token.key == token.key) {
                Some(drawn) => drawn.moved(token, &document),
                None => {
                    let next = kept.peek().map(|drawn| drawn.element.as_ref());
                    let Some(element) = self.spare.pop().or_else(|| make(&document, "g")) else { continue };
                    let drawn = Drawn::new(token, element, &document);
                    // It fails for nothing but a layer that is not in the document any more.
                    let _ = layer.insert_before(&drawn.element, next);
                    drawn
                }
            };
            self.drawn.push(drawn);
        }
        for element in self.spare.iter().skip(aside) {
            element.remove();
        }
    }
}

impl Drawn {
    /// Dresses an element anew.
    fn new(token: &Token, element: Element, document: &Document) -> Drawn {
        dress(&element, token);
        set(&element, "transform", &place(token));
        let mut drawn = Drawn { token: token.clone(), element, trail: None };
        drawn.draw_trail(document);
        drawn
    }

    /// Writes what is different.
    fn moved(mut self, token: &Token, document: &Document) -> Drawn {
        if self.token == *token {
            return self;
        }
        let before = std::mem::replace(&mut self.token, token.clone());
        if is_alike(before.kind, token.kind) {
            self.turn(&before);
        } else {
            dress(&self.element, token);
            self.trail = None;
        }
        if before.at != token.at {
            set(&self.element, "transform", &place(token));
        }
        self.draw_trail(document);
        self
    }

    /// The parts that turn or fill while the element stays the same.
    fn turn(&self, before: &Token) {
        let part = |selector| self.element.query_selector(selector).ok().flatten();
        match self.token.kind {
            TokenKind::Record { hand: Some(hand), .. } if before.kind != self.token.kind => {
                if let Some(ring) = part(".ring-part") {
                    set(&ring, "stroke-dasharray", &dashes(hand));
                }
            }
            TokenKind::Barrier(_) | TokenKind::CancelMarker(_) if before.angle != self.token.angle => {
                if let Some(bar) = part("rect") {
                    set(&bar, "transform", &format!("rotate({:.0})", self.token.angle));
                }
            }
            _ => {}
        }
    }

    fn draw_trail(&mut self, document: &Document) {
        let Some((from, bright)) = self.token.trail else {
            if let Some(trail) = self.trail.take() {
                trail.remove();
            }
            return;
        };
        if self.trail.is_none() {
            let Some(line) = make(document, "line") else { return };
            set(&line, "class", "trail");
            let _ = self.element.prepend_with_node_1(&line);
            self.trail = Some(line);
        }
        if let Some(line) = &self.trail {
            set(line, "x1", &format!("{:.1}", from.x - self.token.at.x));
            set(line, "y1", &format!("{:.1}", from.y - self.token.at.y));
            set(line, "opacity", &format!("{bright:.2}"));
        }
    }
}

/// Whether two kinds look the same but for the parts that turn and fill.
fn is_alike(a: TokenKind, b: TokenKind) -> bool {
    let whole = |kind| match kind {
        TokenKind::Record { record, hue, replayed, hand: Some(_), done } => {
            TokenKind::Record { record, hue, replayed, hand: Some(0.0), done }
        }
        other => other,
    };
    whole(a) == whole(b)
}

fn place(token: &Token) -> String {
    format!("translate({:.1} {:.1})", token.at.x, token.at.y)
}

/// Gives an element the looks of a token.
fn dress(element: &Element, token: &Token) {
    let (class, inner) = looks(token);
    set(element, "class", &class);
    element.set_inner_html(&inner);
}

/// An element's class and what is in it.
fn looks(token: &Token) -> (String, String) {
    let bar =
        || format!(r#"<rect x="-3.5" y="-14" width="7" height="28" rx="2" transform="rotate({:.0})"/>"#, token.angle);
    match token.kind {
        TokenKind::Record { hue, replayed, hand, done, .. } => {
            let (dot, again) = if hand.is_some() { ("7", "10") } else { ("5.5", "7.5") };
            let rings = hand.map_or_else(String::new, |part| {
                let dashes = dashes(part);
                format!(
                    r#"<circle class="ring" r="13"/><circle class="ring-part" r="13" pathLength="1" stroke-dasharray="{dashes}" transform="rotate(-90)"/>"#
                )
            });
            let again = if replayed { format!(r#"<circle class="again-ring" r="{again}"/>"#) } else { String::new() };
            let done = if done { " done" } else { "" };
            (format!("record key-{hue}{done}"), format!(r#"{rings}<circle class="dot" r="{dot}"/>{again}"#))
        }
        TokenKind::Broken { hue, .. } => {
            let inner = r#"<circle class="ring" r="13"/><circle class="dot" r="7"/><path d="M-9-9L9 9M9-9L-9 9"/>"#;
            (format!("record broken key-{hue}"), inner.to_owned())
        }
        TokenKind::Barrier(checkpoint) => {
            (format!("barrier {}", text::cp(checkpoint)), format!(r#"{}<text y="-18">{checkpoint}</text>"#, bar()))
        }
        TokenKind::CancelMarker(checkpoint) => {
            let cross = r#"<path d="M-5 -5l10 10M5 -5l-10 10"/>"#;
            let inner = format!(r#"{}{cross}<text y="-18">{checkpoint}</text>"#, bar());
            (format!("barrier cancel {}", text::cp(checkpoint)), inner)
        }
        TokenKind::End => ("end-mark".to_owned(), r#"<path d="M0 -9V9"/><path d="M4 -9V9" class="bold"/>"#.to_owned()),
    }
}

/// The dashes of a ring of which a part is filled.
fn dashes(part: f64) -> String {
    format!("{part:.3} 1")
}

fn make(document: &Document, tag: &str) -> Option<Element> {
    document.create_element_ns(Some(SVG), tag).ok()
}

fn set(element: &Element, name: &str, value: &str) {
    // It fails for nothing but a name that is none.
    let _ = element.set_attribute(name, value);
}
