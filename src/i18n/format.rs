//! Numbers, byte counts and times as a reader wants them. The same digits in both languages; only unit words differ.

use std::fmt;

use crate::base::{Language, SimDuration, SimTime};

/// A moment as minutes, seconds and hundredths: `00:15.24`; hours appear when there are any.
#[derive(Clone, Copy)]
pub struct Clock(pub SimTime);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.micros() / 10_000;
        let (seconds, minutes) = (hundredths / 100, hundredths / 6_000);
        if minutes >= 60 {
            write!(f, "{}:", minutes / 60)?;
        }
        write!(f, "{:02}:{:02}.{:02}", minutes % 60, seconds % 60, hundredths % 100)
    }
}

/// A moment as text: `00:15.24`.
pub fn clock(at: SimTime) -> String {
    Clock(at).to_string()
}

/// A moment in seconds with two digits, as a table shows it: `15.24`.
pub fn seconds(at: SimTime) -> String {
    let hundredths = at.micros() / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A number with thousands apart: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes with a unit of 1024, as Flink's pages count them: `312 B`, `1.2 KB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = number.saturating_mul(10);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    decimal(tenths, 10, UNITS[unit])
}

/// A length of time with the unit that suits it: `240 ms`, `1.5 s`, `10 min`, `1 h`.
pub fn duration(language: Language, length: SimDuration) -> String {
    duration_us(language, length.micros())
}

/// The same for a number of microseconds.
pub fn duration_us(language: Language, micros: u64) -> String {
    let (minute, hour) = match language {
        Language::Korean => ("분", "시간"),
        Language::English => ("min", "h"),
    };
    match micros {
        0 => "0 ms".into(),
        1..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => {
            decimal(micros / if micros < 10_000 { 100 } else { 1_000 }, if micros < 10_000 { 10 } else { 1 }, "ms")
        }
        1_000_000..120_000_000 => decimal(micros / 10_000, 100, "s"),
        120_000_000..7_200_000_000 => decimal(micros / 6_000_000, 10, minute),
        _ => decimal(micros / 360_000_000, 10, hour),
    }
}

/// `parts` of a whole with as many digits behind the point as it takes: 150 of 100 → `1.5`.
fn decimal(parts: u64, whole: u64, unit: &str) -> String {
    let (before, behind) = (parts / whole, parts % whole);
    let number = count(before);
    match (behind, whole) {
        (0, _) => format!("{number} {unit}"),
        (_, 100) if behind % 10 == 0 => format!("{number}.{} {unit}", behind / 10),
        (_, 100) => format!("{number}.{behind:02} {unit}"),
        _ => format!("{number}.{behind} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let long = |micros| duration_us(Language::English, micros);
        assert_eq!(clock(SimTime::from_millis(15_243)), "00:15.24");
        assert_eq!(clock(SimTime::from_millis(3_600_000)), "1:00:00.00");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(bytes(312), "312 B");
        assert_eq!(bytes(1_229), "1.2 KB");
        assert_eq!(bytes(5_242_880), "5 MB");
        assert_eq!(long(850), "850 µs");
        assert_eq!(long(2_400), "2.4 ms");
        assert_eq!(long(240_000), "240 ms");
        assert_eq!(long(5_000_000), "5 s");
        assert_eq!(long(1_500_000), "1.5 s");
        assert_eq!(long(1_050_000), "1.05 s");
        assert_eq!(long(600_000_000), "10 min");
        assert_eq!(duration_us(Language::Korean, 7_200_000_000), "2 시간");
    }
}
