//! Runs a scenario without the page and prints what came of it.
//!
//! ```text
//! cargo run --release --example replay -- FILE.json
//! cargo run --release --example replay -- --preset handout
//!     --seed N      another seed than the file's or the preset's
//!     --until MS    stop after so many simulated milliseconds (default: ten minutes)
//!     --trace       print the trace, one line a fact, instead of the outcome
//! ```
//!
//! `FILE.json` is a run or a bare scenario (`schemas/scenario.schema.json`); the outcome is one JSON object
//! (`schemas/outcome.schema.json`).

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::outcome::Outcome;
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::scenario::{RunInput, Severity, from_json, presets};
use checkpoint_lab::trace::line;

const USAGE: &str = "usage: replay FILE.json | --preset NAME [--seed N] [--until MS] [--trace]";
/// A job without an end is stopped after this long.
const UNTIL_MS: u64 = 600_000;
/// More events than any run that a person would wait for.
const BUDGET: u64 = 50_000_000;

struct Arguments {
    input: RunInput,
    until_ms: u64,
    trace: bool,
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| replay(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Arguments, String> {
    let (mut input, mut seed, mut until_ms, mut trace) = (None, None, UNTIL_MS, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--preset" => input = Some(preset(&value()?)?),
            "--seed" => seed = Some(number(&value()?)?),
            "--until" => until_ms = number(&value()?)?,
            "--trace" => trace = true,
            option if option.starts_with('-') => return Err(format!("unknown option {option}\n{USAGE}")),
            file => input = Some(read(file)?),
        }
    }
    let mut input = input.ok_or(USAGE)?;
    input.seed = seed.unwrap_or(input.seed);
    Ok(Arguments { input, until_ms, trace })
}

fn preset(name: &str) -> Result<RunInput, String> {
    let known = || presets::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    presets::run(name).ok_or_else(|| format!("no preset '{name}'; there are: {}", known()))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("'{text}' is not a whole number\n{USAGE}"))
}

fn read(file: &str) -> Result<RunInput, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    from_json(&text).map_err(|error| format!("{file}: {error:?}"))
}

fn replay(arguments: &Arguments) -> Result<(), String> {
    let issues = arguments.input.issues();
    let errors = issues.iter().filter(|issue| issue.severity() == Severity::Error);
    let errors: Vec<String> = errors.map(|issue| format!("{}: {:?}", issue.field, issue.kind)).collect();
    if !errors.is_empty() {
        return Err(format!("the scenario can't run:\n{}", errors.join("\n")));
    }
    let mut engine = Engine::new(Arc::new(arguments.input.clone()));
    match engine.run_until(SimTime::from_millis(arguments.until_ms), BUDGET) {
        Stop::BudgetSpent => return Err(format!("{BUDGET} events, and the run is only at {} s", engine.now())),
        Stop::Reached => eprintln!("stopped at {} s; the job is {}", engine.now(), engine.job().status),
        Stop::Quiet => {}
    }
    print(&engine, arguments.trace).map_err(|error| error.to_string())
}

fn print(engine: &Engine, trace: bool) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = if trace {
        engine.trace().iter().try_for_each(|event| writeln!(out, "{}", line(event)))
    } else {
        let outcome = Outcome::of(engine.input(), engine.graph(), engine.trace());
        serde_json::to_writer_pretty(&mut out, &outcome)?;
        writeln!(out)
    };
    match printed.and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
