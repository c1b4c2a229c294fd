//! The comments of printed programs, in Korean and English. They stand here and not in `i18n` because a printed program is
//! one text; a note without one of the languages does not compile.

use crate::base::Language;
use crate::scenario::{RestartStrategy, Sink, Source, SourceKind};

/// Something worth saying beside the code.
pub(super) enum Note<'a> {
    CheckpointPath,
    Class(&'a str),
    Field,
    State,
    Sleep(u64),
    FailIf,
    PassOn,
    Flag,
    ForgetFlag,
    Configuration,
    Environment,
    Parallelism(u32),
    MaxParallelism(u32),
    NoChaining,
    Interval(u64),
    Storage,
    Restart(&'a RestartStrategy),
    LoadCsv,
    Columns(&'a str, &'a str),
    Rows,
    Stream(SourceKind),
    Rewritten,
    IndexedLog,
    Apply(&'a str),
    Timestamps,
    OnTimer,
    OwnGenerator,
    Aggregate,
    WindowResult,
    Watermarks,
    Window,
    Running,
    Print,
    Sink(&'a Sink),
    SinkClass(&'a Sink),
    Submit,
    Main,
    JavaBecauseOfState,
    JavaBecauseOfSink,
    NotInScript(&'a str),
    /// In what the printed source is not the simulated one, at this parallelism.
    Source(&'a Source, u32),
}

impl Note<'_> {
    pub(super) fn words(&self, language: Language) -> String {
        match language {
            Language::Korean => self.korean(),
            Language::English => self.english(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Note::CheckpointPath => "체크포인트를 저장할 경로".into(),
            Note::Class(class) => format!("사용자 함수 {class}"),
            Note::Field => "인스턴스 속성: 체크포인트에 들어가지 않고, 시도마다 처음 값으로 돌아감".into(),
            Note::State => "Flink 상태: 체크포인트에 저장되고, 복구할 때 되돌아옴".into(),
            Note::Sleep(ms) => format!("레코드 하나에 {}가 걸리게 함", time_ko(*ms)),
            Note::FailIf => "조건이 맞으면 예외를 던져 태스크를 실패시킴".into(),
            Note::PassOn => "실패하지 않았으면 레코드를 내보냄".into(),
            Note::Flag => "잡 바깥에 남는 파일: 재시작해도 지워지지 않음".into(),
            Note::ForgetFlag => "지난 실행이 남긴 파일을 지움".into(),
            Note::Configuration => "설정 키로 주는 설정".into(),
            Note::Environment => "Flink 실행 환경 생성".into(),
            Note::Parallelism(count) => format!("병렬도 {count}"),
            Note::MaxParallelism(count) => format!("키 그룹 {count}개"),
            Note::NoChaining => "오퍼레이터를 한 태스크로 묶지 않음".into(),
            Note::Interval(ms) => format!("체크포인트를 {} 간격으로 트리거", time_ko(*ms)),
            Note::Storage => "체크포인트를 파일 시스템에 저장".into(),
            Note::Restart(strategy) => restart_ko(strategy),
            Note::LoadCsv => "pandas로 CSV 읽기".into(),
            Note::Columns(id, amount) => format!("{id}, {amount} 열만 골라 빈 값이 있는 행은 버리고 리스트로 변환"),
            Note::Rows => "입력 데이터".into(),
            Note::Stream(SourceKind::PythonCollection) => {
                "데이터 스트림 생성: 이 소스는 읽은 위치를 기억하지 않아 시도마다 처음부터 다시 읽음".into()
            }
            Note::Stream(SourceKind::JavaCollection) => {
                "데이터 스트림 생성: 이 소스는 내보낸 개수를 체크포인트에 저장함".into()
            }
            Note::Stream(SourceKind::Log) => "데이터 스트림 생성: 이 소스는 읽은 위치를 체크포인트에 저장함".into(),
            Note::Rewritten => "시뮬레이터의 소스와 위치를 기억하는 방식이 다름".into(),
            Note::IndexedLog => "소스는 번호만 세고, 다음 map이 그 번호의 행을 찾음".into(),
            Note::Apply(class) => format!("사용자 함수 {class} 적용"),
            Note::OnTimer => "타이머가 발동하면: 타이머도 키 상태라 복구할 때 되돌아옴".into(),
            Note::Timestamps => "레코드의 이벤트 시간: 밀리초".into(),
            Note::OwnGenerator => "레코드마다 워터마크를 내는 생성기".into(),
            Note::Aggregate => "윈도우마다 누산기 하나만 상태로 보관함".into(),
            Note::WindowResult => "윈도우가 발동할 때 키, 시작, 끝, 결과를 내보냄".into(),
            Note::Watermarks => "타임스탬프와 워터마크: 워터마크는 체크포인트에 들어가지 않음".into(),
            Note::Window => "윈도우: 내용과 타이머는 키 상태로 체크포인트에 저장됨".into(),
            Note::Running => "키마다 지금까지의 결과를 상태로 보관하고 내보냄".into(),
            Note::Print => "결과 출력: print 싱크는 이미 출력한 행을 되돌리지 못함".into(),
            Note::Sink(sink) => sink_ko(sink).into(),
            Note::SinkClass(Sink::TwoPhaseCommit) => {
                "트랜잭션 하나가 파일 하나: 커밋은 이름 바꾸기라서 두 번 해도 결과가 같음".into()
            }
            Note::SinkClass(_) => {
                "배치 하나가 커미터블 하나: 이 커미터는 멱등이 아니어서 복원 뒤 다시 쓸 수 있음".into()
            }
            Note::Submit => "잡 제출".into(),
            Note::Main => "파일을 직접 실행하면 main() 호출".into(),
            Note::JavaBecauseOfState => "PyFlink에는 오퍼레이터 상태 API가 없어 Java로 출력함".into(),
            Note::JavaBecauseOfSink => "PyFlink에는 이 싱크의 API가 없어 Java로 출력함".into(),
            Note::NotInScript(what) => format!("시뮬레이터에만 있고 이 프로그램에는 없는 것: {what}"),
            Note::Source(source, parallelism) => source_ko(source, *parallelism),
        }
    }

    fn english(&self) -> String {
        match self {
            Note::CheckpointPath => "Where checkpoints are stored".into(),
            Note::Class(class) => format!("The user function {class}"),
            Note::Field => "an instance attribute: in no checkpoint, back at its first value in every attempt".into(),
            Note::State => "Flink state: stored in every checkpoint, restored after a failure".into(),
            Note::Sleep(ms) => format!("a record takes {}", time_en(*ms)),
            Note::FailIf => "When this holds, an exception fails the task".into(),
            Note::PassOn => "Otherwise the record is passed on".into(),
            Note::Flag => "A file outside the job: no restart removes it".into(),
            Note::ForgetFlag => "Remove what an earlier run left behind".into(),
            Note::Configuration => "Settings given as configuration keys".into(),
            Note::Environment => "Create the execution environment".into(),
            Note::Parallelism(count) => format!("parallelism {count}"),
            Note::MaxParallelism(count) => format!("{count} key groups"),
            Note::NoChaining => "no two operators in one task".into(),
            Note::Interval(ms) => format!("Trigger a checkpoint every {}", time_en(*ms)),
            Note::Storage => "Store checkpoints in the file system".into(),
            Note::Restart(strategy) => restart_en(strategy),
            Note::LoadCsv => "Read the CSV file with pandas".into(),
            Note::Columns(id, amount) => {
                format!("Keep {id} and {amount}, drop rows with a missing value, make it a list")
            }
            Note::Rows => "The input data".into(),
            Note::Stream(SourceKind::PythonCollection) => {
                "Create the stream: this source remembers no position and starts from the first row in every attempt"
                    .into()
            }
            Note::Stream(SourceKind::JavaCollection) => {
                "Create the stream: this source stores in every checkpoint how many rows it has emitted".into()
            }
            Note::Stream(SourceKind::Log) => {
                "Create the stream: this source stores its position in every checkpoint".into()
            }
            Note::Rewritten => "The simulated source differs from this one in what it remembers".into(),
            Note::IndexedLog => "The source only counts; the map after it looks up the row with that number".into(),
            Note::Apply(class) => format!("Apply the user function {class}"),
            Note::OnTimer => "When a timer fires: timers are keyed state and restored after a failure".into(),
            Note::Timestamps => "The event time of a record, in milliseconds".into(),
            Note::OwnGenerator => "A generator that gives a watermark after every record".into(),
            Note::Aggregate => "One accumulator a window is all that is kept as state".into(),
            Note::WindowResult => "When a window fires: key, start, end and result".into(),
            Note::Watermarks => "Timestamps and watermarks: no checkpoint holds a watermark".into(),
            Note::Window => "Windows: what they keep, and their timers, is keyed state and in every checkpoint".into(),
            Note::Running => "The result so far of each key, kept as state and passed on".into(),
            Note::Print => "Print the result: a print sink can't take back what it has printed".into(),
            Note::Sink(sink) => sink_en(sink).into(),
            Note::SinkClass(Sink::TwoPhaseCommit) => {
                "A transaction is a file: committing renames it, so doing it twice changes nothing".into()
            }
            Note::SinkClass(_) => {
                "A batch is a committable: this committer is not idempotent and may write it again after a restore"
                    .into()
            }
            Note::Submit => "Submit the job".into(),
            Note::Main => "Call main() when this file is run".into(),
            Note::JavaBecauseOfState => "In Java, because PyFlink has no API for operator state".into(),
            Note::JavaBecauseOfSink => "In Java, because PyFlink has no API for this sink".into(),
            Note::NotInScript(what) => format!("In the simulator only, not in this program: {what}"),
            Note::Source(source, parallelism) => source_en(source, *parallelism),
        }
    }
}

const fn sink_ko(sink: &Sink) -> &'static str {
    match sink {
        Sink::TwoPhaseCommit | Sink::Xa => "결과 저장: 스냅샷 때 사전 커밋하고 체크포인트가 완료되면 커밋함",
        Sink::Committer(_) => "결과 저장: 배리어 앞에서 커미터블을 넘기고 체크포인트가 완료되면 커밋함",
        Sink::File => "결과 저장: 체크포인트가 완료되어야 파일이 보임",
        Sink::Kafka(_) => "결과 저장: Kafka 커넥터 jar가 필요함",
        Sink::Upsert(_) => "결과 저장: 같은 키를 덮어쓰므로 다시 써도 결과가 같음. JDBC 커넥터 jar가 필요함",
    }
}

const fn sink_en(sink: &Sink) -> &'static str {
    match sink {
        Sink::TwoPhaseCommit | Sink::Xa => {
            "Store the result: pre-commit with the snapshot, commit when the checkpoint is complete"
        }
        Sink::Committer(_) => {
            "Store the result: committables before the barrier, committed when the checkpoint is complete"
        }
        Sink::File => "Store the result: files are visible once a checkpoint is complete",
        Sink::Kafka(_) => "Store the result: needs the jar of the Kafka connector",
        Sink::Upsert(_) => "Store the result: writing a key again changes nothing; needs the jar of the JDBC connector",
    }
}

/// What the simulator does besides the program, in one list.
pub(super) struct Besides {
    pub(super) faults: usize,
    pub(super) paths: usize,
    pub(super) gated: bool,
}

impl Besides {
    pub(super) fn words(&self, language: Language) -> Option<String> {
        let korean = language == Language::Korean;
        let mut list: Vec<String> = Vec::new();
        match self.faults {
            0 => {}
            count if korean => list.push(format!("심어 둔 장애 {count}개")),
            1 => list.push("a planted failure".into()),
            count => list.push(format!("{count} planted failures")),
        }
        if self.paths > 0 {
            list.push(if korean { "쓸 수 없는 경로" } else { "paths that can't be written" }.into());
        }
        if self.gated {
            list.push(if korean { "명령이 있어야 내보내는 소스" } else { "sources that wait for a command" }.into());
        }
        (!list.is_empty()).then(|| list.join(", "))
    }
}

fn time_ko(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { format!("{}초", ms / 1_000) } else { format!("{ms}밀리초") }
}

fn time_en(ms: u64) -> String {
    match ms {
        1_000 => "1 second".into(),
        ms if ms.is_multiple_of(1_000) => format!("{} seconds", ms / 1_000),
        ms => format!("{ms} milliseconds"),
    }
}

fn restart_ko(strategy: &RestartStrategy) -> String {
    match strategy {
        RestartStrategy::NotSet => "재시작 전략을 정하지 않음".into(),
        RestartStrategy::None => "재시작하지 않음: 첫 장애에서 잡이 끝남".into(),
        RestartStrategy::FixedDelay { attempts, delay_ms } => {
            format!("재시작 전략: {} 간격으로 최대 {attempts}번", time_ko(*delay_ms))
        }
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            let (interval, delay) = (time_ko(*interval_ms), time_ko(*delay_ms));
            format!("재시작 전략: {interval} 안에 장애 {max_failures}번까지, {delay} 뒤에 재시작")
        }
        RestartStrategy::ExponentialDelay { initial_backoff_ms, max_backoff_ms, .. } => {
            let (initial, most) = (time_ko(*initial_backoff_ms), time_ko(*max_backoff_ms));
            format!("재시작 전략: {initial}에서 {most}까지 점점 길게 기다림")
        }
    }
}

fn restart_en(strategy: &RestartStrategy) -> String {
    match strategy {
        RestartStrategy::NotSet => "No restart strategy set".into(),
        RestartStrategy::None => "No restart: the first failure ends the job".into(),
        RestartStrategy::FixedDelay { attempts, delay_ms } => {
            format!("Restart at most {attempts} times, {} after each failure", time_en(*delay_ms))
        }
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            let (interval, delay) = (time_en(*interval_ms), time_en(*delay_ms));
            format!("Restart {delay} after each failure, up to {max_failures} failures within {interval}")
        }
        RestartStrategy::ExponentialDelay { initial_backoff_ms, max_backoff_ms, .. } => {
            let (initial, most) = (time_en(*initial_backoff_ms), time_en(*max_backoff_ms));
            format!("Restart after a delay that grows from {initial} to {most}")
        }
    }
}

/// In what the printed source is not the simulated one.
fn source_ko(source: &Source, parallelism: u32) -> String {
    let mut list = Vec::new();
    if source.every_ms > 0 {
        list.push(format!("{}마다 하나씩 내보냄", time_ko(source.every_ms)));
    }
    if !source.bounded {
        list.push("마지막 행 뒤에도 끝나지 않고 기다림".into());
    }
    if source.partitions.max(parallelism) > 1 {
        list.push(format!("파티션 {}개", source.partitions));
    }
    format!("시뮬레이터의 소스는 이것과 달리: {}", list.join(", "))
}

fn source_en(source: &Source, parallelism: u32) -> String {
    let mut list = Vec::new();
    if source.every_ms > 0 {
        list.push(format!("a row every {}", time_en(source.every_ms)));
    }
    if !source.bounded {
        list.push("no end after the last row".into());
    }
    match source.partitions {
        1 if parallelism == 1 => {}
        1 => list.push("one partition".into()),
        count => list.push(format!("{count} partitions")),
    }
    format!("Other than this one, the simulated source has {}", list.join(", "))
}
