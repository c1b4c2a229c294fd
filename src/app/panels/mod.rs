//! The panels: settings, code, state, checkpoints, why; the console; what lies over the page.

mod checkpoints;
mod code;
mod code_words;
mod console;
mod csv_dialog;
mod keys_dialog;
mod leaves_out;
mod presets;
mod settings;
mod state;
mod why;

pub use checkpoints::CheckpointsPanel;
pub use code::CodePanel;
pub use console::Console;
pub use csv_dialog::CsvDialog;
pub use keys_dialog::KeysDialog;
pub use leaves_out::LeavesOutDialog;
pub use presets::{PresetNote, PresetPicker};
pub use settings::SettingsPanel;
pub use state::StatePanel;
pub use why::{Caption, Told, WhyPanel};
