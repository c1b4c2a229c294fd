//! Every phrase of the page in Korean and English.
//!
//! A phrase is a method of [`Language`], made by the `phrases!` macro from both wordings at once: one that lacks a language
//! does not compile, and neither does a sentence for a fact or an issue that nobody wrote. Flink's own log lines
//! ([`LogBook`]) are English in both languages, as Flink prints them.
//!
//! Left out: plural rules beyond English one/many, right-to-left scripts, dates (a run's time is counted from submission).

/// Defines phrases as methods of [`Language`]. A phrase without arguments gives `&'static str`; one with arguments gives a
/// `String` made by `format!`, which may capture the arguments or take further expressions, such as a particle.
macro_rules! phrases {
    ($(
        $(#[$doc:meta])*
        $name:ident $(($($arg:ident: $ty:ty),* $(,)?))? { ko: $ko:literal $(, $kx:expr)*; en: $en:literal $(, $ex:expr)* }
    )*) => {
        impl $crate::base::Language {
            $(phrases!(@one [$(#[$doc])*] $name [$($($arg: $ty),*)?] [$ko $(, $kx)*] [$en $(, $ex)*]);)*
        }
        /// Name, Korean and English of every phrase of this file.
        #[cfg(test)]
        pub(in crate::i18n) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $ko, $en)),*];
    };
    (@one [$($doc:tt)*] $name:ident [] [$ko:literal] [$en:literal]) => {
        $($doc)*
        #[allow(missing_docs)]
        pub const fn $name(self) -> &'static str {
            match self {
                $crate::base::Language::Korean => $ko,
                $crate::base::Language::English => $en,
            }
        }
    };
    (@one [$($doc:tt)*] $name:ident [$($arg:ident: $ty:ty),*] [$($ko:tt)*] [$($en:tt)*]) => {
        $($doc)*
        #[allow(missing_docs)]
        pub fn $name(self, $($arg: $ty),*) -> String {
            match self {
                $crate::base::Language::Korean => format!($($ko)*),
                $crate::base::Language::English => format!($($en)*),
            }
        }
    };
}

mod explain;
mod explain_saves;
mod explain_sinks;
mod explain_time;
mod format;
mod log;
mod names;
pub mod particle;
mod rules;
mod transcript;
mod words;

pub use explain::{Explanation, explain};
pub use format::{Clock, bytes, clock, count, duration, duration_us, seconds};
pub use log::{Level, LogBook, LogLine};
pub use names::Names;
pub use rules::{Rule, rule, rules};
pub use transcript::{ConsoleRow, ConsoleText, Transcript};
pub use words::leaves_out;

pub use crate::base::Language;
