//! Scenarios: their issues, presets, CSV texts, JSON and JSON schema.

use checkpoint_lab::base::{Language, Value, ValueType};
use checkpoint_lab::graph::ExecutionGraph;
use checkpoint_lab::program::{Dialect, UserFunction, print};
use checkpoint_lab::scenario::{
    Action, Api, CheckpointStorage, Commands, CsvError, CsvSource, DatasetRows, Expr, FaultAt, FaultPoint, ImportError,
    Issue, IssueKind, Mend, Mismatch, Named, OperatorKind, Partitioner, PathNature, RestartStrategy, RunInput,
    SCENARIO_VERSION, Scenario, Severity, Shape, SourceKind, StateDeclaration, StateKind, Step, Stmt, WorldPath,
    from_json, presets, preview_csv, read_csv,
};
use proptest::prelude::*;

/// The issues that a change to the handout makes, as `field: kind`.
fn issues_after(change: impl FnOnce(&mut Scenario)) -> Vec<Issue> {
    let mut scenario = presets::handout();
    change(&mut scenario);
    scenario.issues()
}

fn only(issues: Vec<Issue>) -> Issue {
    assert_eq!(issues.len(), 1, "{issues:?}");
    issues.into_iter().next().unwrap()
}

fn run(scenario: Scenario) -> RunInput {
    RunInput { scenario, seed: 0, commands: Commands::default(), snapshot: None }
}

#[test]
fn presets_have_no_issues() {
    for (id, preset) in presets::ALL {
        assert_eq!(preset().issues(), [], "{id}");
        assert_eq!(presets::by_name(id).as_ref(), Some(&preset()));
        assert!(presets::run(id).is_some());
    }
    assert_eq!(presets::by_name("handout_2x"), Some(presets::handout_2x()));
    assert_eq!(presets::by_name("nothing"), None);
}

#[test]
fn numbers_have_flinks_ranges() {
    let issue = only(issues_after(|s| s.checkpointing.interval_ms = Some(9)));
    assert_eq!(issue.field, "checkpointing.interval_ms");
    assert_eq!(issue.severity(), Severity::Error);
    assert_eq!(issue.mend(), Some(Mend::Set(10)));
    assert_eq!(issues_after(|s| s.checkpointing.interval_ms = None), []);
    assert_eq!(only(issues_after(|s| s.checkpointing.timeout_ms = 9)).field, "checkpointing.timeout_ms");
    assert_eq!(only(issues_after(|s| s.checkpointing.max_concurrent = 0)).field, "checkpointing.max_concurrent");
    assert_eq!(issues_after(|s| s.restart = RestartStrategy::FixedDelay { attempts: 0, delay_ms: 0 }), []);
    let failure_rate = RestartStrategy::FailureRate { max_failures: 0, interval_ms: 1, delay_ms: 0 };
    assert_eq!(only(issues_after(|s| s.restart = failure_rate)).field, "restart.failure_rate.max_failures");
    let RestartStrategy::ExponentialDelay { .. } = RestartStrategy::EXPONENTIAL_DEFAULT else { panic!() };
    assert_eq!(issues_after(|s| s.restart = RestartStrategy::EXPONENTIAL_DEFAULT), []);
    let backwards = RestartStrategy::ExponentialDelay {
        initial_backoff_ms: 2_000,
        max_backoff_ms: 1_000,
        multiplier_thousandths: 1_000,
        reset_threshold_ms: 1,
        jitter_thousandths: 0,
        attempts: None,
    };
    let fields: Vec<String> = issues_after(|s| s.restart = backwards).into_iter().map(|issue| issue.field).collect();
    assert_eq!(
        fields,
        ["restart.exponential_delay.multiplier_thousandths", "restart.exponential_delay.initial_backoff_ms"]
    );
    assert_eq!(only(issues_after(|s| s.cluster.segment_size = 5_000)).mend(), Some(Mend::Set(8_192)));
}

#[test]
fn parallelism_needs_slots_and_key_groups() {
    let issue = only(issues_after(|s| {
        s.parallelism = 8;
        s.max_parallelism = Some(4);
        s.operators[0].parallelism = Some(1);
        s.edges[0].partitioner = Partitioner::Rebalance;
        s.cluster.slots_per_task_manager = 8;
    }));
    assert_eq!(issue.field, "max_parallelism");
    assert_eq!(issue.kind, IssueKind::OutOfRange { value: 4, low: 8, high: 32_768 });
    let issue = only(issues_after(|s| {
        s.parallelism = 6;
        s.edges[0].partitioner = Partitioner::Rebalance;
    }));
    assert_eq!(issue.kind, IssueKind::NotEnoughSlots { needed: 6, available: 4, task_managers: 2 });
    assert!(issues_after(|s| s.parallelism = 9).iter().any(|issue| issue.field == "parallelism"));
    // The collection source stays one subtask, so forward can't hold.
    let issue = only(issues_after(|s| s.parallelism = 2));
    assert_eq!(issue.kind, IssueKind::ForwardBecomesRebalance { from: 1, to: 2 });
    assert_eq!(issue.severity(), Severity::Warning);
    let issue = only(issues_after(|s| s.operators[0].parallelism = Some(2)));
    assert_eq!(issue.kind, IssueKind::SourceNotParallel { parallelism: 2 });
}

#[test]
fn the_graph_must_be_one() {
    let issue = only(issues_after(|s| s.edges[0].partitioner = Partitioner::KeyBy { column: 2 }));
    assert_eq!(issue.field, "edges[0].partitioner.key_by.column");
    assert_eq!(issue.kind, IssueKind::NoSuchColumn { column: 2, columns: 2 });
    let issues = issues_after(|s| s.operators.swap(0, 1));
    let orders: Vec<_> = issues.iter().filter_map(Issue::mend).collect();
    assert_eq!(orders, [Mend::Reorder(vec!["source".into(), "map".into(), "print".into()])]);
    let kinds =
        |change: fn(&mut Scenario)| issues_after(change).into_iter().map(|issue| issue.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(|s| s.edges[1].to = "map".into()),
        [IssueKind::WithoutInput { operator: "print".into() }, IssueKind::Cycle { operators: vec!["map".into()] },]
    );
    assert_eq!(
        kinds(|s| s.edges[0].from = "print".into()),
        [
            IssueKind::WithoutOutput { operator: "source".into() },
            IssueKind::OutOfSink { operator: "print".into() },
            IssueKind::Cycle { operators: vec!["map".into(), "print".into()] },
        ]
    );
    assert_eq!(
        kinds(|s| s.edges[0].to = "nobody".into()),
        [
            IssueKind::WithoutInput { operator: "map".into() },
            IssueKind::Unknown {
                what: Named::Operator,
                name: "nobody".into(),
                known: vec!["source".into(), "map".into(), "print".into()],
            },
        ]
    );
    assert_eq!(
        kinds(|s| s.operators[2].uid = "map".into())[0],
        IssueKind::Duplicate { what: Named::Operator, name: "map".into() }
    );
    assert_eq!(kinds(|s| s.operators.clear())[0], IssueKind::NoOperators);
    assert_eq!(kinds(|s| s.operators.truncate(2))[0], IssueKind::NoSink);
}

#[test]
fn functions_must_compile() {
    let function = |change: fn(&mut checkpoint_lab::scenario::Function)| {
        issues_after(|s| {
            let OperatorKind::Function(function) = &mut s.operators[1].kind else { panic!() };
            change(function);
        })
    };
    let issue = only(function(|f| f.body[0] = Stmt::Sleep { ms: u64::MAX }));
    assert_eq!(issue.field, "operators[1].kind.function.body[0].sleep.ms");
    let issue = only(function(|f| f.body[3] = Stmt::Emit { value: Expr::Column(7) }));
    assert_eq!(issue.field, "operators[1].kind.function.body[3].emit.value.column");
    let issues = function(|f| f.fields.clear());
    assert_eq!(issues[0].field, "operators[1].kind.function.body[0].set.field");
    assert!(matches!(&issues[0].kind, IssueKind::Unknown { what: Named::Field, known, .. } if known.is_empty()));
    assert_eq!(issues[0].mend(), None);
    let deep = function(|f| {
        let mut expr = Expr::Input;
        for _ in 0..40 {
            expr = Expr::Not(Box::new(expr));
        }
        f.body[3] = Stmt::Emit { value: expr };
    });
    assert!(matches!(only(deep).kind, IssueKind::TooDeep { limit: 32 }));
    assert_eq!(only(function(|f| f.class = "class".into())).kind, IssueKind::NotAName { name: "class".into() });
    let state = |kind| {
        move |s: &mut Scenario| {
            let OperatorKind::Function(function) = &mut s.operators[1].kind else { panic!() };
            function.states = vec![StateDeclaration {
                name: "seen".into(),
                kind,
                value_type: ValueType::Long,
                initial: Value::Long(0),
            }];
        }
    };
    let issue = only(issues_after(state(StateKind::KeyedValue)));
    assert_eq!(issue.kind, IssueKind::StateWithoutKey { state: "seen".into() });
    assert_eq!(issue.severity(), Severity::Error);
    let issue = only(issues_after(state(StateKind::OperatorValue)));
    assert_eq!(issue.kind, IssueKind::OperatorStateInPython { state: "seen".into() });
    assert_eq!(issue.severity(), Severity::Warning);
}

/// Bad directories are warnings: the run shows that the job does not start (CS-5).
#[test]
fn bad_checkpoint_directories_are_told_beforehand() {
    let kind = |dir: &str, path: Option<&str>| {
        let issue = only(issues_after(|s| {
            s.checkpointing.storage = CheckpointStorage::FileSystem { dir: dir.into() };
            s.cluster.paths = path
                .into_iter()
                .map(|path| WorldPath { path: path.into(), nature: PathNature::RegularFile, from_ms: None })
                .collect();
        }));
        assert_eq!(issue.severity(), Severity::Warning, "{dir}");
        assert_eq!(issue.field, "checkpointing.storage.file_system.dir");
        issue.kind
    };
    assert_eq!(kind("/tmp/x", None), IssueKind::DirWithoutScheme { with_scheme: Some("file:///tmp/x".into()) });
    assert_eq!(kind("tmp", None), IssueKind::DirWithoutScheme { with_scheme: None });
    assert_eq!(kind("file:///", None), IssueKind::DirIsRoot);
    assert_eq!(kind("s3://bucket/x", None), IssueKind::DirSchemeUnsupported { scheme: "s3".into() });
    let covered = IssueKind::DirNotWritable { path: "/tmp/afile".into(), nature: PathNature::RegularFile };
    assert_eq!(kind("file:///tmp/afile/x", Some("/tmp/afile")), covered);
    let beside = |s: &mut Scenario| {
        s.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/afiles".into() };
        s.cluster.paths = vec![WorldPath { path: "/tmp/afile".into(), nature: PathNature::ReadOnly, from_ms: None }];
    };
    assert_eq!(issues_after(beside), []);
}

#[test]
fn faults_and_commands_name_what_exists() {
    let fault = |operator: &str, subtask, at| FaultPoint {
        operator: operator.into(),
        subtask,
        at,
        times: None,
        message: String::new(),
    };
    let issues = issues_after(|s| {
        s.faults = vec![
            fault("mop", None, FaultAt::RecordOfAttempt(1)),
            fault("map", Some(1), FaultAt::RecordOfAttempt(0)),
            fault("map", None, FaultAt::Record { dataset: "transactions".into(), row: 12 }),
        ];
    });
    let fields: Vec<&str> = issues.iter().map(|issue| issue.field.as_str()).collect();
    assert_eq!(
        fields,
        ["faults[0].operator", "faults[1].subtask", "faults[1].at.record_of_attempt", "faults[2].at.record.row"]
    );

    let mut input = run(presets::handout());
    let OperatorKind::Source(source) = &mut input.scenario.operators[0].kind else { panic!() };
    source.gated = true;
    let issue = only(input.issues());
    assert_eq!(issue.kind, IssueKind::NeverReleased { source: "source".into() });
    let permit = |source: &str| Step::Do(Action::Permit { source: source.into(), subtask: None, upto: 3 });
    input.commands.script = vec![permit("source")];
    assert_eq!(input.issues(), []);
    input.commands.script.push(permit("map"));
    let issue = only(input.issues());
    assert_eq!(issue.field, "commands.script[1].do.permit.source");
    assert_eq!(issue.mend(), Some(Mend::Choose(vec!["source".into()])));
    assert_eq!(input.mended(&issue, 0).unwrap().issues(), []);
    input.commands.script = vec![permit("source"); 10_001];
    assert!(matches!(only(input.issues()).kind, IssueKind::TooMany { count: 10_001, limit: 10_000, .. }));
}

#[test]
fn rows_must_be_as_declared() {
    let issues = issues_after(|s| {
        let numbers = presets::handout_log_source_small_bundle();
        s.data[0].rows = numbers.data[0].rows.clone();
        let DatasetRows::Inline { rows, partitions, .. } = &mut s.data[0].rows else { panic!() };
        rows[1] = Value::text("1002");
        rows[2] = Value::list(vec![Value::Long(1), Value::Long(2)]);
        partitions.push(0);
    });
    let found: Vec<_> = issues.iter().map(|issue| (issue.field.as_str(), &issue.kind)).collect();
    assert_eq!(
        found,
        [
            ("data[0].rows.inline.partitions", &IssueKind::PartitionsCount { partitions: 1, rows: 12 }),
            ("data[0].rows.inline.rows[1]", &IssueKind::WrongType { expected: ValueType::Long }),
            ("data[0].rows.inline.rows[2]", &IssueKind::RowWidth { found: 2, columns: 1 }),
        ]
    );
}

#[test]
fn shapes_follow_the_records() {
    let scenario = presets::keyed_sum();
    let pair = Shape::Columns(vec![Some(ValueType::String), Some(ValueType::Long)]);
    let shapes = scenario.shapes();
    assert_eq!(shapes.outputs[..2], [pair.clone(), Shape::Lone(Some(ValueType::String))]);
    assert_eq!(shapes.inputs[1], pair);
}

fn csv(text: &str) -> RunInput {
    let mut scenario = presets::handout();
    let source =
        CsvSource { file: "own.csv".into(), text: text.into(), id_column: "id".into(), amount_column: "amount".into() };
    scenario.data[0].rows = DatasetRows::Csv(source.into());
    run(scenario)
}

#[test]
fn csv_is_read_as_pandas_reads_it() {
    let rows = |text: &str| -> Vec<String> {
        read_csv(text, "id", "amount").unwrap().rows.iter().map(Value::python).collect()
    };
    assert_eq!(rows("id,amount\na,1.5\nb,2\n"), ["['a', 1.5]", "['b', 2.0]"]);
    // Whole numbers without a gap stay whole; a gap makes the column one of fractions.
    assert_eq!(rows("id,amount\na,1\nb,2\n"), ["['a', 1]", "['b', 2]"]);
    assert_eq!(rows("id,amount\na,1\nb,\nc,3\n"), ["['a', 1.0]", "['c', 3.0]"]);
    assert_eq!(rows("id,amount\n007,1.5\n8,2.5\n"), ["[7.0, 1.5]", "[8.0, 2.5]"]);
    // Byte order mark, CRLF, semicolons, tabs, quotes, blank lines, more columns, missing trailing fields.
    assert_eq!(
        rows("\u{feff}amount;id;x\r\n1,5;\"a;b\"\r\n\r\n2;c\r\n".replace("1,5", "1.5").as_str()),
        ["['a;b', 1.5]", "['c', 2.0]"]
    );
    assert_eq!(rows("id\tamount\n\"say \"\"hi\"\"\"\t1\n"), ["['say \"hi\"', 1]"]);
    assert_eq!(rows("id,x,amount\na\nb,NA,N/A\nc,,4\n"), ["['c', 4.0]"]);
    assert_eq!(read_csv("id,x,amount\na\nb,NA,N/A\nc,,4\n", "id", "amount").unwrap().dropped, 2);
    // The second of two equal headers gets `.1`.
    let table = read_csv("id,amount,amount\na,1,2\n", "id", "amount.1").unwrap();
    assert_eq!(table.rows[0].python(), "['a', 2]");
    assert_eq!(table.columns[1].value_type, ValueType::Long);
}

#[test]
fn csv_errors_say_where() {
    let error = |text: &str| read_csv(text, "id", "amount").unwrap_err();
    assert_eq!(error(""), CsvError::Empty);
    assert_eq!(error("\n\n"), CsvError::Empty);
    let columns = vec!["id".into(), "price".into()];
    assert_eq!(error("id,price\na,1\n"), CsvError::MissingColumn { wanted: "amount".into(), columns });
    assert_eq!(error("id,amount\na,1\nb,much\n"), CsvError::NotANumber { line: 3, text: "much".into() });
    assert_eq!(error("id,amount\na,1,2\n"), CsvError::TooManyFields { line: 2, fields: 3, columns: 2 });
    assert_eq!(error("id,amount\na,1\n\"b,2\nc,3\n"), CsvError::UnclosedQuote { line: 3 });
    let long = format!("id,amount\n{}", "a,1\n".repeat(100_001));
    assert_eq!(error(&long), CsvError::TooManyRows { limit: 100_000 });
    assert_eq!(error(&" ".repeat(17 << 20)), CsvError::TooLong { bytes: 17 << 20, limit: 16 << 20 });

    let input = csv("id,price\na,1\n");
    let issue = only(input.issues());
    assert_eq!(issue.field, "data[0].rows.csv.amount_column");
    assert_eq!(input.mended(&issue, 1).unwrap().issues(), []);
    assert_eq!(only(csv("id,amount\n,1\n").issues()).kind, IssueKind::NoRows);
    assert_eq!(only(csv("id,amount\na,?\n").issues()).field, "data[0].rows.csv.text");
}

#[test]
fn csv_columns_are_guessed() {
    let guess = |text: &str| {
        let preview = preview_csv(text).unwrap();
        (preview.id_column.unwrap_or_default(), preview.amount_column.unwrap_or_default())
    };
    let pair = |id: &str, amount: &str| (id.to_owned(), amount.to_owned());
    assert_eq!(guess(checkpoint_lab::scenario::SAMPLE_CSV), pair("transaction_id", "amount"));
    assert_eq!(guess("customer;거래번호;금액\nc1;t1;10\nc1;t2;20\n"), pair("거래번호", "금액"));
    assert_eq!(guess("city,code,x\nA,k1,1.5\nA,k2,2.5\n"), pair("code", "x"));
    assert_eq!(guess("a,b,c\nx,1,0.5\nx,2,0.5\n"), pair("b", "c"));
    assert_eq!(guess("only\n1\n"), pair("only", ""));
    let preview = preview_csv("a|b\n1|2\n").unwrap();
    assert_eq!((preview.delimiter, preview.columns.len(), preview.rows), ('|', 2, vec![vec!["1".into(), "2".into()]]));
}

#[test]
fn json_comes_back_as_it_went() {
    for (id, _) in presets::ALL {
        let run = presets::run(id).unwrap();
        assert_eq!(from_json(&run.to_json()), Ok(run.clone()), "{id}");
        let bare = serde_json::to_string(&run.scenario).unwrap();
        assert_eq!(from_json(&bare).unwrap().scenario, run.scenario, "{id}");
    }
}

#[test]
fn json_errors_say_where_and_what() {
    let json = serde_json::to_string_pretty(&presets::handout()).unwrap();
    let error = |text: &str| from_json(text).unwrap_err();
    assert!(matches!(error("{\n  \"a\" 1}"), ImportError::Syntax { line: 2, column: 7, .. }));
    assert_eq!(error(&json[..json.len() / 2]), ImportError::Incomplete);
    assert_eq!(error("{}"), ImportError::NotAScenario);
    assert_eq!(error("[1]"), ImportError::NotAScenario);
    assert_eq!(error(&"[".repeat(1_000)), ImportError::TooDeep);
    let version = format!("\"version\": {SCENARIO_VERSION}");
    assert_eq!(error(&json.replace(&version, "\"version\": 99")), ImportError::TooNew { version: 99, supported: 1 });
    assert_eq!(error(&json.replace(&version, "\"version\": 0")), ImportError::UnknownVersion { version: 0 });
    let what = |from: &str, to: &str| match error(&json.replacen(from, to, 1)) {
        ImportError::Mismatch { line, what, .. } => (line, what),
        other => panic!("{other:?}"),
    };
    assert_eq!(what("\"parallelism\"", "\"paralelism\"").1, Mismatch::UnknownField("paralelism".into()));
    assert_eq!(what("\"EXACTLY_ONCE\"", "\"MOSTLY_ONCE\"").1, Mismatch::UnknownWord("MOSTLY_ONCE".into()));
    assert_eq!(what("\"chaining\": true,", "").1, Mismatch::MissingField("chaining".into()));
    assert_eq!(
        what("\"chaining\": true,", "\"chaining\": true, \"chaining\": true,").1,
        Mismatch::TwiceGiven("chaining".into())
    );
    let (line, what) = what("\"parallelism\": 1", "\"parallelism\": -1");
    assert!(json.lines().nth(line as usize - 1).unwrap().contains("\"parallelism\""));
    assert!(matches!(what, Mismatch::Other(_)));
    assert!(matches!(error(&" ".repeat(33 << 20)), ImportError::TooLong { .. }));
}

/// The schema file is what the types say. To write it anew: `UPDATE_EXPECT=1 cargo test --test scenario schema`.
#[test]
fn schema_is_that_of_the_types() {
    let mut schema = serde_json::to_value(schemars::schema_for!(RunInput)).unwrap();
    schema["title"] = "A run of Checkpoint Lab".into();
    let version = &mut schema["$defs"]["Scenario"]["properties"]["version"];
    *version = serde_json::json!({ "description": version["description"], "const": SCENARIO_VERSION });
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/scenario.schema.json");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == text,
        "schemas/scenario.schema.json is out of date: UPDATE_EXPECT=1 cargo test --test scenario schema"
    );
}

/// One change to a scenario's JSON: which leaf or list, what is done, with which of the values.
type Change = (usize, u8, usize);

/// The JSON of a preset with some of its numbers, words and list elements changed: mostly wrong, now and then right.
fn changed(preset: usize, changes: &[Change]) -> Option<RunInput> {
    let (id, _) = presets::ALL[preset % presets::ALL.len()];
    let mut run = presets::run(id)?;
    run.commands.script = vec![
        Step::Wait(checkpoint_lab::scenario::Condition::AllRunning),
        Step::Do(Action::Permit { source: "source".into(), subtask: Some(0), upto: 2 }),
        Step::Do(Action::TriggerCheckpoint),
    ];
    let mut json = serde_json::to_value(run).ok()?;
    for (place, what, value) in changes {
        change(&mut json, *place, *what, *value);
    }
    serde_json::from_value(json).ok()
}

fn change(json: &mut serde_json::Value, place: usize, what: u8, value: usize) {
    const NUMBERS: [u64; 12] = [0, 1, 2, 3, 4, 5, 8, 9, 10, 1_000, 32_769, 1 << 40];
    const WORDS: [&str; 16] = [
        "source",
        "map",
        "print",
        "sum",
        "transactions",
        "numbers",
        "counter",
        "",
        "key",
        "rebalance",
        "forward",
        "key_by_constant",
        "/tmp",
        "file:///",
        "log",
        "FailingMapFunction",
    ];
    let mut places = Vec::new();
    collect(json, String::new(), &mut places);
    let pointer = &places[place % places.len()];
    let Some(leaf) = json.pointer_mut(pointer) else { return };
    match leaf {
        serde_json::Value::Number(_) => *leaf = NUMBERS[value % NUMBERS.len()].into(),
        serde_json::Value::String(_) => *leaf = WORDS[value % WORDS.len()].into(),
        serde_json::Value::Bool(flag) => *flag = !*flag,
        serde_json::Value::Array(list) if !list.is_empty() => {
            let at = value % list.len();
            match what % 4 {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                2 => list.swap(0, at),
                _ => list.reverse(),
            }
        }
        _ => {}
    }
}

fn collect(json: &serde_json::Value, path: String, places: &mut Vec<String>) {
    match json {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                collect(value, format!("{path}/{key}"), places);
            }
        }
        serde_json::Value::Array(list) => {
            places.push(path.clone());
            for (at, value) in list.iter().enumerate().take(20) {
                collect(value, format!("{path}/{at}"), places);
            }
        }
        _ => places.push(path),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What has no error can be turned into an execution graph with functions and tables that are all there.
    #[test]
    fn no_error_no_panic(preset in 0usize..10, changes in prop::collection::vec(any::<Change>(), 0..6)) {
        let Some(run) = changed(preset, &changes) else { return Ok(()) };
        let issues = run.issues();
        if issues.iter().any(|issue| issue.severity() == Severity::Error) {
            return Ok(());
        }
        let graph = ExecutionGraph::new(&run.scenario);
        prop_assert!(graph.subtasks.len() <= 64);
        for operator in &run.scenario.operators {
            match &operator.kind {
                OperatorKind::Function(function) => prop_assert!(UserFunction::compile(function).is_ok()),
                OperatorKind::Source(source) => {
                    let dataset = run.scenario.data.iter().find(|dataset| dataset.name == source.dataset);
                    prop_assert!(dataset.is_some_and(|dataset| dataset.table().is_ok()));
                }
                _ => {}
            }
        }
        for dialect in [Dialect::Flink1, Dialect::Flink2] {
            prop_assert!(print(&run.scenario, dialect, Some(Language::Korean)).operators.iter().all(|line| *line > 0));
        }
        prop_assert_eq!(from_json(&run.to_json()), Ok(run));
    }

    /// Every mend that is offered can be done, and changes something.
    #[test]
    fn mends_can_be_done(preset in 0usize..10, changes in prop::collection::vec(any::<Change>(), 1..4)) {
        let Some(run) = changed(preset, &changes) else { return Ok(()) };
        for issue in run.issues() {
            if issue.mend().is_some() {
                let mended = run.mended(&issue, 0);
                prop_assert!(mended.as_ref().is_some_and(|mended| *mended != run), "{:?}", issue);
            }
        }
    }
}

#[test]
fn other_apis_sources_are_told() {
    let issue = only(issues_after(|s| s.api = Api::Java));
    let (source, usual) = (SourceKind::PythonCollection, SourceKind::JavaCollection);
    assert_eq!(issue.kind, IssueKind::SourceOfOtherApi { source, usual });
}

/// An order can't be mended while two operators share a uid.
#[test]
fn operators_of_one_uid_come_before_their_order() {
    let issues = issues_after(|s| {
        s.operators[2].uid = s.operators[1].uid.clone();
        s.operators.swap(0, 1);
    });
    assert!(issues.iter().any(|issue| matches!(issue.kind, IssueKind::Duplicate { .. })), "{issues:?}");
    assert!(!issues.iter().any(|issue| matches!(issue.kind, IssueKind::NotInOrder { .. })), "{issues:?}");
}
