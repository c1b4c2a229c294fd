//! Points, rectangles and paths in stage units: CSS pixels from the stage's upper left corner.

/// A place on the stage.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A rectangle.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Point {
    /// The point at (x, y).
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// The point `part` of the way to `other`.
    pub fn towards(self, other: Point, part: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part)
    }

    /// The straight distance to `other`.
    pub fn distance(self, other: Point) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }
}

impl Rect {
    /// The rectangle with its upper left corner at (x, y).
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Rect {
        Rect { x, y, w, h }
    }

    /// Its right edge.
    pub fn right(self) -> f64 {
        self.x + self.w
    }

    /// Its lower edge.
    pub fn bottom(self) -> f64 {
        self.y + self.h
    }

    /// Its middle.
    pub fn center(self) -> Point {
        Point::new(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Smaller by `by` on each side.
    pub fn inset(self, by: f64) -> Rect {
        Rect::new(self.x + by, self.y + by, (self.w - 2.0 * by).max(0.0), (self.h - 2.0 * by).max(0.0))
    }

    /// The smallest rectangle around both.
    pub fn union(self, other: Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    /// Whether `other` lies inside, edges included.
    pub fn contains(self, other: Rect) -> bool {
        const SLACK: f64 = 0.01;
        other.x >= self.x - SLACK
            && other.y >= self.y - SLACK
            && other.right() <= self.right() + SLACK
            && other.bottom() <= self.bottom() + SLACK
    }

    /// Whether the two share some area.
    pub fn overlaps(self, other: Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// A line to move along: its places are asked for by distance from the start.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Path {
    /// Points along it with their distance from the start.
    samples: Vec<(Point, f64)>,
    /// As the `d` of an SVG path.
    pub d: String,
}

/// How finely a curve is measured.
const SAMPLES: usize = 24;

impl Path {
    /// A path that so far is one point.
    pub fn from(start: Point) -> Path {
        let mut path = Path { d: format!("M{} {}", short(start.x), short(start.y)), ..Path::default() };
        path.push(start);
        path
    }

    /// Straight on to `to`.
    pub fn line(mut self, to: Point) -> Path {
        self.push(to);
        self.d.push_str(&format!("L{} {}", short(to.x), short(to.y)));
        self
    }

    /// On to `to` in an S, leaving and arriving along the x axis (`horizontal`) or the y axis.
    pub fn curve(mut self, to: Point, horizontal: bool) -> Path {
        let from = self.end();
        let middle = from.towards(to, 0.5);
        let (c, e) = match horizontal {
            true => (Point::new(middle.x, from.y), Point::new(middle.x, to.y)),
            false => (Point::new(from.x, middle.y), Point::new(to.x, middle.y)),
        };
        for i in 1..=SAMPLES {
            let t = i as f64 / SAMPLES as f64;
            let (ab, bc, cd) = (from.towards(c, t), c.towards(e, t), e.towards(to, t));
            self.push(ab.towards(bc, t).towards(bc.towards(cd, t), t));
        }
        let [cx, cy, ex, ey, x, y] = [c.x, c.y, e.x, e.y, to.x, to.y].map(short);
        self.d.push_str(&format!("C{cx} {cy} {ex} {ey} {x} {y}"));
        self
    }

    /// Straight through all points, which are at least one.
    pub fn through(points: &[Point]) -> Path {
        let start = points.first().copied().unwrap_or_default();
        points.iter().skip(1).fold(Path::from(start), |path, point| path.line(*point))
    }

    fn push(&mut self, point: Point) {
        let so_far = self.samples.last().map_or(0.0, |(last, length)| length + last.distance(point));
        self.samples.push((point, so_far));
    }

    /// The points that it was measured at.
    pub fn points(&self) -> impl Iterator<Item = Point> + '_ {
        self.samples.iter().map(|(point, _)| *point)
    }

    /// From start to end.
    pub fn length(&self) -> f64 {
        self.samples.last().map_or(0.0, |(_, length)| *length)
    }

    /// The place `distance` from the start, clamped to the ends, and the direction there in degrees.
    pub fn at(&self, distance: f64) -> (Point, f64) {
        let after =
            self.samples.partition_point(|(_, length)| *length < distance).clamp(1, self.samples.len().max(2) - 1);
        let (Some((a, from)), Some((b, to))) = (self.samples.get(after - 1), self.samples.get(after)) else {
            return (self.samples.first().map_or(Point::default(), |(point, _)| *point), 0.0);
        };
        let part = if to > from { ((distance - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        (a.towards(*b, part), (b.y - a.y).atan2(b.x - a.x).to_degrees())
    }

    /// The same at a part of the way, 0 to 1.
    pub fn part(&self, part: f64) -> Point {
        self.at(part * self.length()).0
    }

    /// Where it ends.
    pub fn end(&self) -> Point {
        self.samples.last().map_or(Point::default(), |(point, _)| *point)
    }

    /// Where it starts.
    pub fn start(&self) -> Point {
        self.samples.first().map_or(Point::default(), |(point, _)| *point)
    }
}

/// A number for SVG: one digit behind the point is finer than a screen shows.
pub fn short(number: f64) -> String {
    let tenths = (number * 10.0).round();
    if tenths % 10.0 == 0.0 { format!("{}", tenths / 10.0) } else { format!("{:.1}", tenths / 10.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_measured_by_distance() {
        let path = Path::through(&[Point::new(0.0, 0.0), Point::new(10.0, 0.0), Point::new(10.0, 30.0)]);
        assert_eq!(path.length(), 40.0);
        assert_eq!(path.at(5.0), (Point::new(5.0, 0.0), 0.0));
        assert_eq!(path.at(25.0), (Point::new(10.0, 15.0), 90.0));
        assert_eq!(path.at(-3.0).0, path.start());
        assert_eq!(path.at(99.0).0, path.end());
    }

    #[test]
    fn a_curve_is_even() {
        let path = Path::from(Point::new(0.0, 0.0)).curve(Point::new(100.0, 60.0), true);
        let steps: Vec<f64> =
            (0..20).map(|i| path.part(i as f64 / 20.0).distance(path.part((i + 1) as f64 / 20.0))).collect();
        let (low, high) = steps.iter().fold((f64::MAX, 0.0_f64), |(low, high), step| (low.min(*step), high.max(*step)));
        assert!(high / low < 1.1, "{steps:?}");
    }
}
