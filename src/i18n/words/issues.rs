//! What is wrong with a scenario, and what a button that mends it says.

use crate::base::{Language, ValueType};
use crate::i18n::count;
use crate::i18n::particle::{eul, eun, euro, i};
use crate::scenario::{Counted, CsvError, IssueKind, Mend, Named, PathNature, Role, SourceKind};

phrases! {
    issues_title { ko: "설정에서 고칠 것"; en: "To mend in the settings" }
    severity_error { ko: "오류"; en: "Error" }
    severity_warning { ko: "주의"; en: "Warning" }

    out_of_range(low: String, high: String) { ko: "{low}에서 {high} 사이여야 합니다."; en: "Must be between {low} and {high}." }
    at_least(low: String) { ko: "{low} 이상이어야 합니다."; en: "Must be at least {low}." }
    power_of_two { ko: "2의 거듭제곱이어야 합니다."; en: "Must be a power of two." }
    backoff_above { ko: "처음 지연이 최대 지연보다 깁니다."; en: "The initial backoff is longer than the maximum." }
    unaligned_concurrent {
        ko: "Flink가 잡을 거절합니다: maxConcurrentCheckpoints can't be > 1 if UnalignedCheckpoints enabled. 비정렬 체크포인트는 한 번에 하나만 할 수 있습니다.";
        en: "Flink refuses the job: maxConcurrentCheckpoints can't be > 1 if UnalignedCheckpoints enabled."
    }
    unaligned_at_least_once {
        ko: "Flink가 경고를 남기고 비정렬을 끕니다: Unaligned checkpoints can only be used with checkpointing mode EXACTLY_ONCE";
        en: "Flink warns and switches them off: Unaligned checkpoints can only be used with checkpointing mode EXACTLY_ONCE"
    }
    not_finite { ko: "무한대나 NaN은 쓸 수 없습니다."; en: "Must be a finite number." }
    empty { ko: "비어 있습니다."; en: "Must not be empty." }
    too_long(limit: String) { ko: "너무 깁니다. {limit}바이트까지입니다."; en: "Too long: at most {limit} bytes." }
    too_many(what: &str, limit: String, number: String) { ko: "{} 너무 많습니다: {number}개, 최대 {limit}개.", i(what); en: "Too many {what}: {number}, at most {limit}." }
    too_deep(limit: String) { ko: "{limit}단계보다 깊이 겹쳐 있습니다."; en: "Nested more than {limit} deep." }
    not_a_name(name: &str) { ko: "{} 이름으로 쓸 수 없습니다.", eun(quoted(name)); en: "'{name}' can't be a name." }
    duplicate_name(what: &str, name: &str) { ko: "{what} '{name}'의 이름이 겹칩니다."; en: "There are two {what}s named '{name}'." }
    unknown_name(what: &str, name: &str) { ko: "{what} {} 없습니다.", i(quoted(name)); en: "There is no {what} named '{name}'." }
    wrong_role(operator: &str, needed: &str) { ko: "{} {} 아닙니다.", eun(quoted(operator)), i(needed); en: "'{operator}' is not a {needed}." }
    wrong_version(version: u32, supported: u32) { ko: "시나리오 형식 {} 읽을 수 없습니다(지원: {supported}).", eun(version); en: "Scenario format {version} can't be read (supported: {supported})." }
    no_operators { ko: "연산자가 하나도 없습니다."; en: "There are no operators." }
    no_source { ko: "소스가 없어 아무 일도 일어나지 않습니다."; en: "Without a source nothing ever happens." }
    no_sink { ko: "싱크가 없어 아무것도 출력되지 않습니다."; en: "Without a sink nothing is ever printed." }
    not_in_order(from: &str, to: &str) { ko: "{} '{to}'보다 뒤에 있습니다. 레코드가 지나는 순서여야 합니다.", i(quoted(from)); en: "'{from}' stands after '{to}'; operators stand in the order records pass them." }
    cycle(operators: String) { ko: "레코드가 빙빙 돕니다: {operators}"; en: "Records would go round: {operators}" }
    into_source(operator: &str) { ko: "소스 '{operator}'에는 들어오는 간선이 있을 수 없습니다."; en: "Nothing can flow into the source '{operator}'." }
    out_of_sink(operator: &str) { ko: "싱크 '{operator}'에서 나가는 간선이 있을 수 없습니다."; en: "Nothing can flow out of the sink '{operator}'." }
    without_input(operator: &str) { ko: "'{operator}'에 들어오는 것이 없습니다."; en: "Nothing feeds '{operator}'." }
    without_output(operator: &str) { ko: "'{operator}'에서 나가는 곳이 없습니다."; en: "The records of '{operator}' go nowhere." }
    duplicate_edge(from: &str, to: &str) { ko: "'{from}'에서 {} 가는 간선이 둘 있습니다.", euro(quoted(to)); en: "There are two edges from '{from}' to '{to}'." }
    forward_rebalance(from: u32, to: u32) { ko: "양쪽 병렬도({}, {})가 달라 forward가 rebalance로 바뀝니다.", from, to; en: "Between parallelism {from} and {to}, forward becomes rebalance." }
    no_such_column(column: String, columns: String) { ko: "열 {} 없습니다. 열은 {columns}개입니다.", i(column); en: "There is no column {column}; records have {columns}." }
    state_without_key(state: &str) { ko: "keyed 상태 {} 쓰려면 앞에 keyBy가 있어야 합니다.", eul(quoted(state)); en: "Keyed state '{state}' needs a keyBy before it." }
    operator_state_python(state: &str) { ko: "PyFlink에는 연산자 상태 {} 쓰는 API가 없습니다. 코드는 Java로 보입니다.", eul(quoted(state)); en: "PyFlink has no API for operator state '{state}'; the code is shown in Java." }
    timer_without_key { ko: "타이머는 키에 속한 상태입니다. keyBy 뒤의 KeyedProcessFunction에서만 쓸 수 있습니다(Flink: Setting timers is only supported on a keyed streams.)."; en: "Timers belong to a key: only a KeyedProcessFunction after a keyBy has them (Flink: Setting timers is only supported on a keyed streams.)." }
    context_of_map { ko: "map에는 컨텍스트가 없습니다. 시각과 키는 프로세스 함수만 알 수 있습니다."; en: "A map has no context: only a process function knows times and keys." }
    state_of_other_kind(state: &str, wanted: &str) { ko: "상태 '{state}'의 종류가 {} 아닙니다.", i(wanted); en: "State '{state}' is not {wanted} state." }
    reduce_changes_type(fold: &str) { ko: "reduce의 결과는 값과 같은 타입이어야 하는데 {} 그렇지 않습니다. aggregate를 쓰세요.", eun(fold); en: "A reduce gives the type that it takes, and {fold} does not: use aggregate." }
    operator_without_key(operator: &str) { ko: "'{operator}' 앞에 keyBy가 있어야 합니다."; en: "'{operator}' needs a keyBy before it." }
    without_watermarks(operator: &str) { ko: "'{operator}'까지 타임스탬프를 정해 주는 곳이 없어 첫 레코드에서 예외가 납니다(Record has Long.MIN_VALUE timestamp)."; en: "Nothing before '{operator}' assigns timestamps: its first record throws (Record has Long.MIN_VALUE timestamp)." }
    timestamp_not_a_number(found: &str) { ko: "타임스탬프는 밀리초 정수여야 하는데 {found} 열입니다."; en: "A timestamp is a whole number of milliseconds; the column is {found}." }
    too_many_windows(windows: String) { ko: "레코드 하나가 윈도우 {windows}개에 들어갑니다. 슬라이드를 늘리세요."; en: "Each record would go into {windows} windows: use a longer slide." }
    side_output_of_map { ko: "map에는 사이드 출력이 없습니다. 프로세스 함수여야 합니다."; en: "A map has no side outputs; only a process function has." }
    source_not_parallel { ko: "이 소스는 언제나 병렬도 1입니다."; en: "This source always has parallelism 1." }
    partitions_unused { ko: "이 소스에는 파티션이 없습니다."; en: "This source has no partitions." }
    source_other_api { ko: "다른 언어 API의 소스입니다."; en: "This source belongs to the other language's API." }
    not_enough_slots(needed: u32, available: u32) { ko: "슬롯이 {needed}개 필요한데 {available}개뿐입니다."; en: "The job needs {needed} slots; the cluster has {available}." }
    no_rows { ko: "행이 없습니다."; en: "There are no rows." }
    row_width(found: String, columns: String) { ko: "값이 {found}개인데 열은 {columns}개입니다."; en: "The row has {found} values for {columns} columns." }
    wrong_type(expected: &str) { ko: "{expected} 값이어야 합니다."; en: "Must be of type {expected}." }
    partitions_count(partitions: String, rows: String) { ko: "행 {rows}개에 파티션이 {partitions}개 적혀 있습니다."; en: "{partitions} partitions are given for {rows} rows." }
    dir_without_scheme { ko: "스킴이 없습니다. Flink 클라이언트가 잡을 거절합니다."; en: "Without a scheme: Flink's client refuses the job." }
    dir_is_root { ko: "파일 시스템의 루트는 쓸 수 없어 잡이 시작하지 못합니다."; en: "The root of a file system can't be used: the job does not start." }
    dir_scheme(scheme: &str) { ko: "'{scheme}' 파일 시스템 플러그인이 없어 잡이 시작하지 못합니다."; en: "No file system is installed for '{scheme}': the job does not start." }
    dir_not_writable(path: &str, why: &str) { ko: "{path}에 쓸 수 없어({why}) 잡이 시작하지 못합니다."; en: "{path} can't be written ({why}): the job does not start." }
    path_not_absolute { ko: "절대 경로여야 합니다."; en: "Must be an absolute path." }
    not_gated(source: &str) { ko: "{} 풀어 줄 필요가 없는 소스입니다.", eun(quoted(source)); en: "'{source}' is not a gated source: there is nothing to release." }
    no_savepoint_directory {
        ko: "세이브포인트 디렉터리를 정하지 않아 거절됩니다: No savepoint location given and no default location configured.";
        en: "Refused, because no directory is named: No savepoint location given and no default location configured."
    }
    never_released(source: &str) { ko: "{} 풀어 주는 명령이 없어 아무것도 나오지 않습니다.", eul(quoted(source)); en: "No command releases '{source}', so it never emits anything." }

    csv_empty { ko: "비어 있는 파일입니다."; en: "The file is empty." }
    csv_too_long(limit: String) { ko: "너무 큽니다. {limit}까지 읽을 수 있습니다."; en: "Too large: at most {limit}." }
    csv_too_many_rows(limit: String) { ko: "행이 너무 많습니다. {limit}행까지입니다."; en: "Too many rows: at most {limit}." }
    csv_missing_column(wanted: &str, columns: String) { ko: "'{wanted}' 열이 없습니다. 있는 열: {columns}"; en: "There is no column '{wanted}'. There are: {columns}" }
    csv_not_a_number(line: u64, text: &str) { ko: "{line}번째 줄의 금액 {} 숫자가 아닙니다.", eun(quoted(text)); en: "Line {line}: the amount '{text}' is not a number." }
    csv_too_many_fields(line: u64, fields: u64, columns: u64) { ko: "{line}번째 줄에 값이 {fields}개 있습니다. 열은 {columns}개입니다."; en: "Line {line} has {fields} fields for {columns} columns." }
    csv_unclosed_quote(line: u64) { ko: "{line}번째 줄의 따옴표가 닫히지 않았습니다."; en: "The quotation mark of line {line} is never closed." }

    word_operators { ko: "연산자"; en: "operators" }
    word_edges { ko: "간선"; en: "edges" }
    word_datasets { ko: "데이터셋"; en: "datasets" }
    word_rows { ko: "행"; en: "rows" }
    word_columns { ko: "열"; en: "columns" }
    word_fields { ko: "필드"; en: "fields" }
    word_states { ko: "상태"; en: "states" }
    word_statements { ko: "문장"; en: "statements" }
    word_faults { ko: "실패 지점"; en: "fail points" }
    word_paths { ko: "경로"; en: "paths" }
    word_commands { ko: "명령"; en: "commands" }
    word_operator { ko: "연산자"; en: "operator" }
    word_dataset { ko: "데이터셋"; en: "dataset" }
    word_column { ko: "열"; en: "column" }
    word_class { ko: "클래스"; en: "class" }
    word_field { ko: "필드"; en: "field" }
    word_state { ko: "상태"; en: "state" }
    word_side_output { ko: "사이드 출력"; en: "side output" }
    word_source { ko: "소스"; en: "source" }
    word_sink { ko: "싱크"; en: "sink" }

    mend_set(value: String) { ko: "{} 바꾸기", euro(value); en: "Set to {value}" }
    mend_remove { ko: "지우기"; en: "Remove" }
    mend_reorder { ko: "순서 고치기"; en: "Put in order" }
    mend_task_managers(number: u32) { ko: "TaskManager를 {number}개로"; en: "Use {number} TaskManagers" }
}

impl Language {
    /// What is wrong, in one sentence. One match, however long: a new kind of issue without words does not compile.
    pub fn issue(self, kind: &IssueKind) -> String {
        match kind {
            IssueKind::OutOfRange { low, high, .. } if *high >= i32::MAX as u64 => self.at_least(count(*low)),
            IssueKind::OutOfRange { low, high, .. } => self.out_of_range(count(*low), count(*high)),
            IssueKind::NotAPowerOfTwo { .. } => self.power_of_two().into(),
            IssueKind::BackoffAboveMaximum { .. } => self.backoff_above().into(),
            IssueKind::UnalignedConcurrent => self.unaligned_concurrent().into(),
            IssueKind::UnalignedAtLeastOnce => self.unaligned_at_least_once().into(),
            IssueKind::NotFinite => self.not_finite().into(),
            IssueKind::Empty => self.empty().into(),
            IssueKind::TooLong { limit, .. } => self.too_long(count(*limit)),
            IssueKind::TooMany { what, count: number, limit } => {
                self.too_many(self.counted(*what), count(*limit), count(*number))
            }
            IssueKind::TooDeep { limit } => self.too_deep(count(*limit)),
            IssueKind::NotAName { name } => self.not_a_name(name),
            IssueKind::Duplicate { what, name } => self.duplicate_name(self.named(*what), name),
            IssueKind::Unknown { what, name, .. } => self.unknown_name(self.named(*what), name),
            IssueKind::WrongRole { operator, needed, .. } => self.wrong_role(operator, self.role(*needed)),
            IssueKind::WrongVersion { version, supported } => self.wrong_version(*version, *supported),
            IssueKind::Csv(error) => self.csv_error(error),
            IssueKind::NoRows => self.no_rows().into(),
            IssueKind::RowWidth { found, columns } => self.row_width(count(*found), count(*columns)),
            IssueKind::WrongType { expected } => self.wrong_type(type_name(*expected)),
            IssueKind::PartitionsCount { partitions, rows } => self.partitions_count(count(*partitions), count(*rows)),
            IssueKind::NotEnoughSlots { needed, available, .. } => self.not_enough_slots(*needed, *available),
            IssueKind::TransactionTimeoutAboveBroker { .. } => self.timeout_above_broker().into(),
            IssueKind::NotGated { source } => self.not_gated(source),
            IssueKind::NoSavepointDirectory => self.no_savepoint_directory().into(),
            IssueKind::NeverReleased { source } => self.never_released(source),
            IssueKind::NoOperators => self.no_operators().into(),
            IssueKind::NoSource => self.no_source().into(),
            IssueKind::NoSink => self.no_sink().into(),
            IssueKind::NotInOrder { from, to, .. } => self.not_in_order(from, to),
            IssueKind::Cycle { operators } => self.cycle(operators.join(" → ")),
            IssueKind::IntoSource { operator } => self.into_source(operator),
            IssueKind::OutOfSink { operator } => self.out_of_sink(operator),
            IssueKind::WithoutInput { operator } => self.without_input(operator),
            IssueKind::WithoutOutput { operator } => self.without_output(operator),
            IssueKind::DuplicateEdge { from, to } => self.duplicate_edge(from, to),
            IssueKind::ForwardBecomesRebalance { from, to } => self.forward_rebalance(*from, *to),
            IssueKind::NoSuchColumn { column, columns } => self.no_such_column(count(*column), count(*columns)),
            IssueKind::StateWithoutKey { state } => self.state_without_key(state),
            IssueKind::OperatorStateInPython { state } => self.operator_state_python(state),
            IssueKind::TimerWithoutKey => self.timer_without_key().into(),
            IssueKind::ContextOfMap => self.context_of_map().into(),
            IssueKind::StateOfOtherKind { state, wanted } => self.state_of_other_kind(state, wanted),
            IssueKind::ReduceChangesType { fold } => self.reduce_changes_type(fold.name()),
            IssueKind::OperatorWithoutKey { operator } => self.operator_without_key(operator),
            IssueKind::WithoutWatermarks { operator } => self.without_watermarks(operator),
            IssueKind::TimestampNotANumber { found } => self.timestamp_not_a_number(type_name(*found)),
            IssueKind::TooManyWindows { windows, .. } => self.too_many_windows(count(*windows)),
            IssueKind::SideOutputOfMap => self.side_output_of_map().into(),
            IssueKind::SourceNotParallel { .. } => self.source_not_parallel().into(),
            IssueKind::PartitionsUnused => self.partitions_unused().into(),
            IssueKind::SourceOfOtherApi { .. } => self.source_other_api().into(),
            IssueKind::DirWithoutScheme { .. } => self.dir_without_scheme().into(),
            IssueKind::DirIsRoot => self.dir_is_root().into(),
            IssueKind::DirSchemeUnsupported { scheme } => self.dir_scheme(scheme),
            IssueKind::DirNotWritable { path, nature } => self.dir_not_writable(path, self.path_nature(*nature)),
            IssueKind::HeartbeatTimeoutTooShort { .. } => self.heartbeat_too_short().into(),
            IssueKind::PathNotAbsolute { .. } => self.path_not_absolute().into(),
        }
    }

    /// Why a CSV text can't be read.
    pub fn csv_error(self, error: &CsvError) -> String {
        match error {
            CsvError::Empty => self.csv_empty().into(),
            CsvError::TooLong { limit, .. } => self.csv_too_long(crate::i18n::bytes(*limit)),
            CsvError::TooManyRows { limit } => self.csv_too_many_rows(count(*limit)),
            CsvError::MissingColumn { wanted, columns } => self.csv_missing_column(wanted, columns.join(", ")),
            CsvError::NotANumber { line, text } => self.csv_not_a_number(*line, text),
            CsvError::TooManyFields { line, fields, columns } => self.csv_too_many_fields(*line, *fields, *columns),
            CsvError::UnclosedQuote { line } => self.csv_unclosed_quote(*line),
        }
    }

    /// What the buttons say that mend an issue: one for each choice.
    pub fn mend(self, mend: &Mend) -> Vec<String> {
        match mend {
            Mend::Set(number) => vec![self.mend_set(count(*number))],
            Mend::SetText(text) => vec![self.mend_set(text.clone())],
            Mend::Choose(texts) => texts.iter().map(|text| self.mend_set(text.clone())).collect(),
            Mend::Remove => vec![self.mend_remove().into()],
            Mend::Reorder(_) => vec![self.mend_reorder().into()],
            Mend::TaskManagers(number) => vec![self.mend_task_managers(*number)],
        }
    }

    /// A kind of source.
    pub const fn source_kind_name(self, kind: SourceKind) -> &'static str {
        match kind {
            SourceKind::PythonCollection => self.source_python(),
            SourceKind::JavaCollection => self.source_java(),
            SourceKind::Log => self.source_log(),
        }
    }

    /// Why a path can't be written.
    pub const fn path_nature(self, nature: PathNature) -> &'static str {
        match nature {
            PathNature::RegularFile => self.nature_file(),
            PathNature::ReadOnly => self.nature_read_only(),
        }
    }

    const fn counted(self, what: Counted) -> &'static str {
        match what {
            Counted::Operators => self.word_operators(),
            Counted::Edges => self.word_edges(),
            Counted::Datasets => self.word_datasets(),
            Counted::Rows => self.word_rows(),
            Counted::Columns => self.word_columns(),
            Counted::Fields => self.word_fields(),
            Counted::States => self.word_states(),
            Counted::Statements => self.word_statements(),
            Counted::Faults => self.word_faults(),
            Counted::Incidents => self.word_incidents(),
            Counted::Paths => self.word_paths(),
            Counted::Commands => self.word_commands(),
        }
    }

    const fn named(self, what: Named) -> &'static str {
        match what {
            Named::Operator => self.word_operator(),
            Named::Dataset => self.word_dataset(),
            Named::Column => self.word_column(),
            Named::Class => self.word_class(),
            Named::Field => self.word_field(),
            Named::State => self.word_state(),
            Named::SideOutput => self.word_side_output(),
        }
    }

    const fn role(self, role: Role) -> &'static str {
        match role {
            Role::Source => self.word_source(),
            Role::Sink => self.word_sink(),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("'{name}'")
}

const fn type_name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "BOOLEAN",
        ValueType::Int => "INT",
        ValueType::Long => "LONG",
        ValueType::Double => "DOUBLE",
        ValueType::String => "STRING",
    }
}
