//! Records, barriers and ends in their places, drawn without Yew. There are hundreds of them, and a frame moves many and
//! changes few: each keeps its element by key, and only what is different from the last frame is written.

use checkpoint_lab::scene::geometry::Point;
use checkpoint_lab::scene::tokens::{Token, TokenKind};
use web_sys::{Document, Element};

use super::text;

const SVG: &str = "http://www.w3.org/2000/svg";

/// The elements of one layer, in the order of their keys, which is the order in which they cover each other.
#[derive(Default)]
pub struct Tokens {
    drawn: Vec<Drawn>,
    /// What tokens that are gone have left, for those that come.
    spare: Vec<Dressed>,
}

struct Drawn {
    token: Token,
    dressed: Dressed,
    trail: Option<Element>,
}

/// An element with its class and what is in it.
struct Dressed {
    element: Element,
    class: String,
    inner: String,
    /// The parts of it that have a place of their own. An element with a transform costs a browser more than one with none, so
    /// what there is much of has none.
    parts: Vec<Element>,
    has_transform: bool,
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
        self.spare.extend(gone.into_iter().map(Drawn::left));
        let mut kept = kept.into_iter().peekable();
        for token in tokens {
            let drawn = match kept.next_if(|drawn| drawn.token.key == token.key) {
                Some(drawn) => drawn.moved(token, &document),
                None => {
                    let next = kept.peek().map(|drawn| drawn.dressed.element.as_ref());
                    let Some(dressed) = self.spare.pop().or_else(|| Dressed::new(&document)) else { continue };
                    let drawn = Drawn::new(token, dressed, &document);
                    // It fails for nothing but a layer that is not in the document any more.
                    let _ = layer.insert_before(&drawn.dressed.element, next);
                    drawn
                }
            };
            self.drawn.push(drawn);
        }
        for dressed in self.spare.iter().skip(aside) {
            dressed.element.remove();
        }
    }
}

impl Dressed {
    fn new(document: &Document) -> Option<Dressed> {
        let element = make(document, "g")?;
        Some(Dressed { element, class: String::new(), inner: String::new(), parts: Vec::new(), has_transform: false })
    }

    /// Gives the element the looks of a token.
    fn dress(&mut self, token: &Token) {
        let (class, inner) = looks(token);
        if self.class != class {
            set(&self.element, "class", &class);
            self.class = class;
        }
        if self.inner != inner {
            self.element.set_inner_html(&inner);
            self.inner = inner;
            let parts = self.element.children();
            self.parts = (0..parts.length()).filter_map(|at| parts.item(at)).collect();
        }
    }

    /// Puts the element where a token is.
    fn put(&mut self, token: &Token) {
        let has_transform = !matches!(token.kind, TokenKind::Record { hand: None, .. });
        if has_transform {
            set(&self.element, "transform", &format!("translate({:.1} {:.1})", token.at.x, token.at.y));
        } else {
            let (x, y) = (format!("{:.1}", token.at.x), format!("{:.1}", token.at.y));
            for circle in &self.parts {
                set(circle, "cx", &x);
                set(circle, "cy", &y);
            }
            if self.has_transform {
                let _ = self.element.remove_attribute("transform");
            }
        }
        self.has_transform = has_transform;
    }
}

impl Drawn {
    fn new(token: &Token, mut dressed: Dressed, document: &Document) -> Drawn {
        dressed.dress(token);
        dressed.put(token);
        let mut drawn = Drawn { token: token.clone(), dressed, trail: None };
        drawn.draw_trail(document);
        drawn
    }

    /// What it leaves for another token.
    fn left(mut self) -> Dressed {
        self.drop_trail();
        self.dressed
    }

    /// Writes what is different.
    fn moved(mut self, token: &Token, document: &Document) -> Drawn {
        if self.token == *token {
            return self;
        }
        let before = std::mem::replace(&mut self.token, token.clone());
        let is_alike = is_alike(before.kind, token.kind);
        if is_alike {
            self.turn(&before);
        } else {
            self.drop_trail();
            self.dressed.dress(token);
        }
        if !is_alike || before.at != token.at {
            self.dressed.put(token);
        }
        self.draw_trail(document);
        self
    }

    /// The parts that turn or fill while the element stays the same. What is in it is then not what was put in.
    fn turn(&mut self, before: &Token) {
        let part = |selector| self.dressed.element.query_selector(selector).ok().flatten();
        match self.token.kind {
            TokenKind::Record { hand: Some(hand), .. } if before.kind != self.token.kind => {
                if let Some(ring) = part(".ring-part") {
                    set(&ring, "stroke-dasharray", &dashes(hand));
                    self.dressed.inner.clear();
                }
            }
            TokenKind::Barrier(_) | TokenKind::CancelMarker(_) if before.angle != self.token.angle => {
                if let Some(bar) = part("rect") {
                    set(&bar, "transform", &format!("rotate({:.0})", self.token.angle));
                    self.dressed.inner.clear();
                }
            }
            _ => {}
        }
    }

    fn drop_trail(&mut self) {
        if let Some(trail) = self.trail.take() {
            trail.remove();
        }
    }

    fn draw_trail(&mut self, document: &Document) {
        let Some((from, _)) = self.token.trail else {
            self.drop_trail();
            return;
        };
        if self.trail.is_none() {
            let Some(line) = make(document, "line") else { return };
            set(&line, "class", "trail");
            let _ = self.dressed.element.prepend_with_node_1(&line);
            self.trail = Some(line);
        }
        if let Some(line) = &self.trail {
            let to = self.token.at;
            let (from, to) = match self.dressed.has_transform {
                true => (Point::new(from.x - to.x, from.y - to.y), Point::default()),
                false => (from, to),
            };
            for (name, number) in [("x1", from.x), ("y1", from.y), ("x2", to.x), ("y2", to.y)] {
                set(line, name, &format!("{number:.1}"));
            }
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
        TokenKind::Watermark(time) => {
            let inner = format!(r#"<path d="M-5 -9H5L0 -1Z"/><path d="M0 -9V9"/><text y="-13">{time}</text>"#);
            ("watermark".to_owned(), inner)
        }
        TokenKind::Idle(idle) => {
            let class = if idle { "watermark idle" } else { "watermark" };
            (class.to_owned(), r#"<path d="M-2.5 -9V9"/><path d="M2.5 -9V9"/>"#.to_owned())
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
