//! Printed programs: the handout comes out as the handout, every statement has its line, and what is printed is what runs.

use std::collections::BTreeSet;

use checkpoint_lab::base::{Language, OperatorIndex, TimeWindow, Value, ValueType};
use checkpoint_lab::program::{
    CodeLanguage, Dialect, Effect, Invocation, Listing, StateView, StmtId, UserFunction, print,
};
use checkpoint_lab::scenario::{
    Api, Arithmetic, CheckpointStorage, CheckpointingMode, Comparison, Expr, Field, Function, FunctionKind,
    OperatorKind, Partitioner, PythonSettings, RestartStrategy, Retention, Scenario, StateDeclaration, StateKind, Stmt,
    presets,
};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// The script of the lab handout, its comments left out.
const HANDOUT: &str = r#"import os
import time
import pandas as pd
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.checkpoint_storage import FileSystemCheckpointStorage
from pyflink.datastream.functions import MapFunction
from pyflink.common.restart_strategy import RestartStrategies

CHECKPOINT_PATH = "file:///tmp/flink-checkpoints"

class FailingMapFunction(MapFunction):
    def __init__(self):
        self.counter = 0

    def map(self, value):
        self.counter += 1
        time.sleep(1)

        if self.counter == 5:
            print(f"Checkpoint 실패 발생! Transaction ID: {value[0]}")
            raise Exception("의도적인 Checkpoint 실패 발생")

        return value

def main():
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)

    env.enable_checkpointing(5000)

    env.get_checkpoint_config().set_checkpoint_storage(
        FileSystemCheckpointStorage(CHECKPOINT_PATH)
    )

    env.set_restart_strategy(RestartStrategies.fixed_delay_restart(3, 5000))

    df = pd.read_csv("../data/data.csv")

    transactions = df[['transaction_id', 'amount']].dropna().values.tolist()

    transaction_stream = env.from_collection(transactions)

    transaction_stream = transaction_stream.map(FailingMapFunction())

    transaction_stream.print()

    print("Flink Job을 제출합니다...")
    env.execute("Checkpoint Recovery Example")

if __name__ == "__main__":
    main()
"#;

/// Where the handout itself has a comment line before a line of code, or one beside it.
const COMMENTED: [&str; 17] = [
    "CHECKPOINT_PATH =",
    "class Failing",
    "self.counter = 0",
    "time.sleep(1)",
    "if self.counter",
    "return value",
    "env = ",
    "env.set_parallelism",
    "env.enable_checkpointing",
    "env.get_checkpoint_config",
    "env.set_restart_strategy",
    "df = ",
    "transactions = ",
    "transaction_stream = env",
    "transaction_stream = transaction_stream.map",
    "transaction_stream.print",
    "if __name__",
];

#[test]
fn the_handout_is_printed_as_it_is() {
    let listing = print(&presets::handout(), Dialect::Flink1, None);
    assert_eq!(listing.text(), HANDOUT);
    assert_eq!(listing.language, CodeLanguage::Python);
    assert_eq!(listing.files[0].path, "../data/data.csv");
}

#[test]
fn comments_stand_where_the_handout_has_them() {
    for language in Language::ALL {
        let listing = print(&presets::handout(), Dialect::Flink1, Some(language));
        let is_comment = |line: &str| line.trim_start().starts_with('#');
        let code: Vec<&str> = listing.lines.iter().map(String::as_str).filter(|line| !is_comment(line)).collect();
        let bare: Vec<&str> = code.iter().map(|line| line.split("  # ").next().unwrap()).collect();
        let bare: String = bare.iter().flat_map(|line| [*line, "\n"]).collect();
        let handout = HANDOUT.replace("Flink Job을 제출합니다...", "");
        let printed = bare.replace("Flink Job을 제출합니다...", "").replace("Submitting the Flink job...", "");
        assert_eq!(printed, handout, "{language:?}");
        for start in COMMENTED {
            let at = listing.lines.iter().position(|line| line.trim_start().starts_with(start)).unwrap();
            let line = &listing.lines[at];
            assert!(is_comment(&listing.lines[at - 1]) || line.contains("  # "), "{language:?}: {start}");
        }
    }
}

/// The lines from one with `from` to one with `to`, moved to the left edge.
fn check(listing: &Listing, from: &str, to: &str, expected: Expect) {
    let at = |text: &str| listing.lines.iter().position(|line| line.contains(text)).unwrap_or(listing.lines.len());
    let lines = &listing.lines[at(from)..at(to)];
    let indent = |line: &String| line.len() - line.trim_start().len();
    let least = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let part: String = lines.iter().flat_map(|line| [line.get(least..).unwrap_or(""), "\n"]).collect();
    expected.assert_eq(&part);
}

#[test]
fn two_point_x_gets_configuration_keys() {
    let listing = print(&presets::handout_2x(), Dialect::Flink2, None);
    check(
        &listing,
        "def main",
        "df =",
        expect![[r#"
        def main():
            config = Configuration()
            config.set_string("execution.checkpointing.storage", "filesystem")
            config.set_string("execution.checkpointing.dir", CHECKPOINT_PATH)
            config.set_string("restart-strategy.type", "fixed-delay")
            config.set_string("restart-strategy.fixed-delay.attempts", "3")
            config.set_string("restart-strategy.fixed-delay.delay", "5 s")

            env = StreamExecutionEnvironment.get_execution_environment(config)
            env.set_parallelism(1)

            env.enable_checkpointing(5000)

    "#]],
    );
    assert!(!listing.text().contains("set_restart_strategy") && !listing.text().contains("set_checkpoint_storage"));
}

#[test]
fn keyed_state_has_a_descriptor_and_a_first_value() {
    let listing = print(&presets::handout_counter_in_state(), Dialect::Flink1, None);
    check(
        &listing,
        "class Failing",
        "def main",
        expect![[r#"
        class FailingProcessFunction(KeyedProcessFunction):
            def open(self, runtime_context: RuntimeContext):
                self.counter = runtime_context.get_state(ValueStateDescriptor("counter", Types.LONG()))

            def process_element(self, value, ctx):
                self.counter.update((self.counter.value() or 0) + 1)
                time.sleep(1)

                if self.counter.value() == 5:
                    print(f"Checkpoint 실패 발생! Transaction ID: {value}")
                    raise Exception("의도적인 Checkpoint 실패 발생")

                yield f"{value} counter={self.counter.value()}"

    "#]],
    );
    check(
        &listing,
        "number_source =",
        "print(\"Flink",
        expect![[r#"
                number_source = NumberSequenceSource(1001, 1012)
                number_stream = (
                    env
                    .from_source(number_source, WatermarkStrategy.no_watermarks(), "log", Types.LONG())
                    .uid("source")
                )

                number_stream = (
                    number_stream
                    .key_by(lambda value: "all", Types.STRING())
                    .process(FailingProcessFunction(), Types.STRING())
                    .uid("map")
                )

                number_stream.print()

        "#]],
    );
}

#[test]
fn java_jobs_are_printed_in_java() {
    let listing = print(&presets::keyed_sum(), Dialect::Flink2, None);
    assert_eq!((listing.language, listing.file_name.as_str()), (CodeLanguage::Java, "KeyedSumJob.java"));
    check(
        &listing,
        "public static class",
        "public static void main",
        expect![[r#"
                public static class KeyedSumFunction extends KeyedProcessFunction<String, Tuple2<String, Long>, String> {
                    private transient ValueState<Long> sum;

                    @Override
                    public void processElement(Tuple2<String, Long> value, Context ctx, Collector<String> out) throws Exception {
                        sum.update((sum.value() == null ? 0L : sum.value()) + value.f1);
                        out.collect(value.f0 + "=" + sum.value());
                    }

                    @Override
                    public void open(OpenContext context) {
                        sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
                    }
                }

        "#]],
    );
}

/// PyFlink has no API for operator state.
#[test]
fn operator_state_is_printed_in_java() {
    let mut scenario = presets::handout();
    scenario.operators[1].kind = OperatorKind::Function(presets::failing_map_with_operator_state());
    let listing = print(&scenario, Dialect::Flink1, Some(Language::English));
    assert_eq!(listing.language, CodeLanguage::Java);
    assert!(listing.text().contains("// In Java, because PyFlink has no API for operator state\npublic class "));
    check(
        &listing,
        "public void snapshotState",
        "public static void main",
        expect![[r#"
                    public void snapshotState(FunctionSnapshotContext context) throws Exception {
                        counterState.update(List.of(counter));
                    }

                    @Override
                    public void initializeState(FunctionInitializationContext context) throws Exception {
                        counterState = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("counter", Types.LONG));
                        for (Long restored : counterState.get()) {
                            counter = restored;
                        }
                    }
                }

        "#]],
    );
}

#[test]
fn settings_know_their_lines() {
    let mut scenario = presets::handout();
    scenario.checkpointing.mode = CheckpointingMode::AtLeastOnce;
    scenario.checkpointing.retention = Retention::RetainOnCancellation;
    scenario.checkpointing.num_retained = 3;
    scenario.chaining = false;
    scenario.max_parallelism = Some(256);
    scenario.operators[1].name = "mine".into();
    scenario.edges[0].partitioner = Partitioner::Rebalance;
    scenario.api = Api::Python(PythonSettings { bundle_size: 7, ..PythonSettings::default() });
    let listing = print(&scenario, Dialect::Flink1, Some(Language::Korean));
    let line = |field: &str| listing.lines[listing.settings[field]].trim();
    for (field, code) in [
        ("checkpointing.mode", "env.enable_checkpointing(5000, CheckpointingMode.AT_LEAST_ONCE)"),
        ("checkpointing.interval_ms", "env.enable_checkpointing(5000, CheckpointingMode.AT_LEAST_ONCE)"),
        ("checkpointing.storage", "env.get_checkpoint_config().set_checkpoint_storage("),
        ("checkpointing.storage.file_system.dir", "CHECKPOINT_PATH = \"file:///tmp/flink-checkpoints\""),
        ("checkpointing.num_retained", "config.set_string(\"execution.checkpointing.num-retained\", \"3\")"),
        (
            "checkpointing.retention",
            "config.set_string(\"execution.checkpointing.externalized-checkpoint-retention\", \"RETAIN_ON_CANCELLATION\")",
        ),
        ("api.python.bundle_size", "config.set_string(\"python.fn-execution.bundle.size\", \"7\")"),
        ("restart", "env.set_restart_strategy(RestartStrategies.fixed_delay_restart(3, 5000))"),
        ("data[0].rows", "df = pd.read_csv(\"../data/data.csv\")"),
        ("name", "env.execute(\"Checkpoint Recovery Example\")"),
        ("operators[1].name", ".name(\"mine\")"),
        ("edges[0].partitioner", ".rebalance()"),
        ("operators[1].kind.function.class", "class FailingMapFunction(MapFunction):"),
    ] {
        assert_eq!(line(field), code, "{field}");
    }
    assert!(line("chaining").starts_with("env.disable_operator_chaining()"));
    assert!(line("max_parallelism").starts_with("env.set_max_parallelism(256)"));
    let operators: Vec<&str> = listing.operators.iter().map(|line| listing.lines[*line].trim()).collect();
    assert_eq!(
        operators,
        [
            "transaction_stream = env.from_collection(transactions)",
            ".map(FailingMapFunction())",
            "transaction_stream.print()"
        ]
    );
    let exponential = Scenario { restart: RestartStrategy::EXPONENTIAL_DEFAULT, ..presets::handout() };
    let listing = print(&exponential, Dialect::Flink1, None);
    assert!(listing.lines[listing.settings["restart"]].contains("exponential-delay"));
    let mut on_heap = presets::handout();
    on_heap.checkpointing.storage = CheckpointStorage::JobManager;
    assert!(!print(&on_heap, Dialect::Flink2, None).text().contains("CHECKPOINT_PATH"));
}

/// Rows that a program reads from a file come with it.
#[test]
fn many_rows_are_a_file() {
    let listing = print(&presets::generated_thousands(), Dialect::Flink1, None);
    let [file] = listing.files.as_slice() else { panic!("one file") };
    assert_eq!((file.path.as_str(), file.text.lines().count()), ("transactions.csv", 4_001));
    assert!(listing.lines.len() < 100);
}

/// A view of a fresh instance: fields as given, no state, no file.
struct Fresh(Vec<Value>);

impl StateView for Fresh {
    fn window(&self, _: TimeWindow) -> Option<&[Value]> {
        None
    }

    fn windows(&self) -> Vec<TimeWindow> {
        Vec::new()
    }

    fn field(&self, slot: u16) -> &Value {
        &self.0[usize::from(slot)]
    }

    fn state(&self, _slot: u16) -> Option<&Value> {
        None
    }

    fn file_exists(&self, _path: &str) -> bool {
        false
    }
}

fn effects(function: &Function, input: &Value) -> Vec<Effect> {
    let compiled = UserFunction::compile(function).unwrap();
    let mut effects = Vec::new();
    compiled.call(&Invocation::of(input), &Fresh(compiled.initial_fields().to_vec()), true, &mut effects);
    effects
}

/// What the line of a statement with this effect begins with.
fn begins(effect: &Effect, language: CodeLanguage) -> &'static [&'static str] {
    match (effect, language) {
        (Effect::Sleep(_), CodeLanguage::Python) => &["time.sleep("],
        (Effect::Sleep(_), CodeLanguage::Java) => &["Thread.sleep("],
        (Effect::Print(_), CodeLanguage::Python) => &["print("],
        (Effect::Print(_), CodeLanguage::Java) => &["System.out.println("],
        (Effect::Emit { row: Value::Null, .. }, _) => &[""],
        (Effect::Emit { .. }, CodeLanguage::Python) => &["return ", "yield "],
        (Effect::Emit { .. }, CodeLanguage::Java) => &["return ", "out.collect("],
        (Effect::SetField { .. }, CodeLanguage::Python) => &["self.a "],
        (Effect::SetField { .. }, CodeLanguage::Java) => &["a "],
        (Effect::UpdateState { .. }, CodeLanguage::Python) => &["self.s.update("],
        (Effect::UpdateState { .. }, CodeLanguage::Java) => &["s.update("],
        (Effect::TouchFile(_), CodeLanguage::Python) => &["open("],
        (Effect::TouchFile(_), CodeLanguage::Java) => &["new File("],
        // An exception may also come out of any expression, and a map without a return gives None.
        _ => &[""],
    }
}

fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        any::<i8>().prop_map(|number| Expr::Constant(Value::Long(number.into()))),
        "[ab\"'{}\\\\\n한]{0,4}".prop_map(|text| Expr::Constant(Value::text(&text))),
        any::<bool>().prop_map(|flag| Expr::Constant(Value::Boolean(flag))),
        Just(Expr::Input),
        (0usize..2).prop_map(Expr::Column),
        Just(Expr::Field("a".into())),
        Just(Expr::State("s".into())),
        Just(Expr::FileExists("/tmp/x\"y".into())),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = || (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        let sum = [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Modulo];
        let order = [Comparison::Equal, Comparison::Less, Comparison::GreaterOrEqual];
        prop_oneof![
            (prop::sample::select(sum.to_vec()), pair()).prop_map(|(sign, (a, b))| Expr::Arithmetic(sign, a, b)),
            (prop::sample::select(order.to_vec()), pair()).prop_map(|(sign, (a, b))| Expr::Compare(sign, a, b)),
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            pair().prop_map(|(a, b)| Expr::And(a, b)),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::Format),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::Row),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<Stmt>> {
    let leaf = prop_oneof![
        expression().prop_map(|value| Stmt::Set { field: "a".into(), value }),
        expression().prop_map(|value| Stmt::Update { state: "s".into(), value }),
        Just(Stmt::Sleep { ms: 250 }),
        expression().prop_map(|text| Stmt::Print { text }),
        expression().prop_map(|message| Stmt::Raise { message }),
        expression().prop_map(|value| Stmt::Emit { value }),
        Just(Stmt::TouchFile { path: "/tmp/x\"y".into() }),
    ];
    let condition = prop_oneof![any::<bool>().prop_map(|flag| Expr::Constant(Value::Boolean(flag))), expression()];
    let stmt = leaf.prop_recursive(3, 16, 4, move |inner| {
        let block = || prop::collection::vec(inner.clone(), 0..3);
        (condition.clone(), block(), block()).prop_map(|(condition, then, otherwise)| Stmt::If {
            condition,
            then,
            otherwise,
        })
    });
    prop::collection::vec(stmt, 0..6)
}

fn job_with(body: Vec<Stmt>, kind: FunctionKind, api: Api) -> Scenario {
    let mut scenario = presets::handout();
    scenario.api = api;
    scenario.edges[0].partitioner = Partitioner::KeyByConstant;
    scenario.operators[1].kind = OperatorKind::Function(Function {
        class: "Random".into(),
        kind,
        fields: vec![Field { name: "a".into(), initial: Value::Long(0) }],
        states: vec![StateDeclaration {
            name: "s".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        on_timer: Vec::new(),
        body,
    });
    scenario
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The statements that a call passes have lines, and each line says what the statement did.
    #[test]
    fn every_statement_has_its_line(body in body(), process: bool, java: bool, comments: bool) {
        let kind = if process { FunctionKind::Process } else { FunctionKind::Map };
        let api = if java { Api::Java } else { Api::Python(PythonSettings::default()) };
        let scenario = job_with(body, kind, api);
        let OperatorKind::Function(function) = &scenario.operators[1].kind else { unreachable!() };
        let listing = print(&scenario, Dialect::Flink1, comments.then_some(Language::English));

        let mut count = 0;
        function.for_each_statement(&mut |_| count += 1);
        let wanted: BTreeSet<_> = (0..count).map(|id| (OperatorIndex(1), StmtId(id))).collect();
        prop_assert_eq!(listing.statements.keys().copied().collect::<BTreeSet<_>>(), wanted);

        let input = Value::list(vec![Value::text("tx1"), Value::Double(2.5)]);
        let effects = effects(function, &input);
        for pair in effects.windows(2) {
            if let (Effect::Line(id), effect) = (&pair[0], &pair[1]) {
                let line = listing.lines[listing.statements[&(OperatorIndex(1), *id)]].trim();
                let begins = begins(effect, listing.language);
                prop_assert!(begins.iter().any(|start| line.starts_with(start)), "{effect:?} at {line}");
            }
        }
    }

    /// Whatever stands in a text, its line stays one line.
    #[test]
    fn texts_stay_in_their_line(text in "\\PC{0,20}|[\\n\\r\\t\"\\\\\u{2028}\u{85}]{0,8}", java: bool) {
        let api = if java { Api::Java } else { Api::Python(PythonSettings::default()) };
        let print_text = Stmt::Print { text: Expr::Constant(Value::text(&text)) };
        let mut scenario = job_with(vec![print_text], FunctionKind::Map, api);
        scenario.name = text;
        let listing = print(&scenario, Dialect::Flink2, None);
        let whole = |line: &String| !line.contains(['\n', '\r', '\u{2028}', '\u{85}']);
        prop_assert!(listing.lines.iter().all(whole));
    }
}
