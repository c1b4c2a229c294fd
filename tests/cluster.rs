//! TaskManagers that die, stand still or are cut off; slots that are missing; cancels that are ignored (HA-1, HA-2, RS-4,
//! RS-13, JS-5, JS-7, JS-12, CP-22). What a recorded run shows is held in `tests/conformance.rs`.

use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, SimTime};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{
    Commands, FaultAt, FaultPoint, Incident, Mishap, OperatorKind, Partitioner, RestartStrategy, RunInput, Scenario,
    Timeouts, presets,
};
use checkpoint_lab::trace::{ExecutionState, Fact, JobManagerChange, JobStatus, TaskManagerChange, TraceEvent};

/// The preset with the lost TaskManager, with other incidents.
fn job(incidents: Vec<Incident>) -> Scenario {
    let mut scenario = presets::task_manager_dies();
    scenario.cluster.incidents = incidents;
    scenario
}

fn from(what: Mishap, from_ms: u64, until_ms: Option<u64>) -> Incident {
    Incident { what, from_ms, until_ms }
}

struct Run {
    engine: Engine,
    trace: Vec<TraceEvent>,
}

fn run(scenario: Scenario) -> Run {
    let issues = scenario.issues();
    assert!(scenario.can_run(), "{issues:?}");
    let mut engine =
        Engine::new(Arc::new(RunInput { scenario, seed: 1, commands: Commands::default(), snapshot: None }));
    while engine.next_event_at().is_some_and(|next| next <= SimTime::from_millis(1_200_000)) {
        assert!(engine.steps() < 3_000_000, "a test run has an end");
        engine.step();
        engine.check_invariants();
    }
    Run { trace: engine.trace().to_vec(), engine }
}

impl Run {
    fn status(&self) -> JobStatus {
        self.engine.job().status
    }

    fn when(&self, wanted: TaskManagerChange) -> Option<u64> {
        let found =
            |event: &&TraceEvent| matches!(event.fact, Fact::TaskManagerChanged { change, .. } if change == wanted);
        self.trace.iter().find(found).map(|event| event.at.millis())
    }

    fn causes(&self) -> Vec<&'static str> {
        let causes = self.trace.iter().filter_map(|event| match &event.fact {
            Fact::TaskFailureHandled { cause, .. } | Fact::GlobalFailure { cause } => Some(cause.class),
            _ => None,
        });
        causes.map(|class| class.rsplit('.').next().unwrap_or(class)).collect()
    }

    fn count(&self, wanted: impl Fn(&Fact) -> bool) -> usize {
        self.trace.iter().filter(|event| wanted(&event.fact)).count()
    }

    /// Every transaction is in the keyed state of the end exactly once, whatever was lost.
    fn remembers_everything(&self) {
        let without = run(job(Vec::new()));
        for subtask in 0..self.engine.graph().subtasks.len() as u32 {
            let state = |run: &Run| {
                let operators = &run.engine.subtask(checkpoint_lab::base::SubtaskId(subtask)).operators;
                operators.iter().map(|operator| operator.state.clone()).collect::<Vec<_>>()
            };
            assert_eq!(state(self), state(&without), "state of subtask {subtask}");
        }
    }
}

/// HA-1, HA-2: nobody knows until the second heartbeat after the kill fails; then one failure, and the survivor's slots.
#[test]
fn a_killed_task_manager_is_noticed_by_failing_heartbeats() {
    let run = run(job(vec![from(Mishap::TaskManagerKilled(1), 8_000, None)]));
    let lost = run.when(TaskManagerChange::Unreachable).expect("it is noticed");
    assert!((10_000..=12_000).contains(&lost), "noticed at {lost} ms");
    assert_eq!(run.causes(), ["JobMasterException"]);
    assert_eq!(run.status(), JobStatus::Finished);
    assert_eq!(run.engine.job().restarts, 1);
    run.remembers_everything();
}

/// HA-1 as recorded in n7: a consumer of a dead producer fails at once, the restarts go to the dead process and fail.
#[test]
fn restarts_are_used_up_while_the_loss_goes_unnoticed() {
    let run = run(presets::task_manager_of_source_dies());
    assert_eq!(run.causes()[0], "RemoteTransportException");
    assert!(run.causes()[1..].iter().all(|class| *class == "RecipientUnreachableException"), "{:?}", run.causes());
    assert_eq!(run.status(), JobStatus::Failed, "three restarts are used up within ten seconds");
    assert_eq!(run.when(TaskManagerChange::Unreachable), None);
    let mut patient = presets::task_manager_of_source_dies();
    patient.restart = RestartStrategy::FixedDelay { attempts: 30, delay_ms: 2_000 };
    let run = self::run(patient);
    assert_eq!(run.status(), JobStatus::Finished);
    run.remembers_everything();
}

/// HA-1: one that stands still is given up after the heartbeat timeout; one that comes back earlier was never lost.
#[test]
fn a_hung_or_cut_off_task_manager_is_lost_after_the_heartbeat_timeout() {
    for what in [Mishap::TaskManagerHung(1), Mishap::TaskManagerPartitioned(1)] {
        let short = run(job(vec![from(what.clone(), 8_000, Some(14_000))]));
        assert_eq!(short.when(TaskManagerChange::HeartbeatTimedOut), None);
        assert_eq!((short.status(), short.engine.job().restarts), (JobStatus::Finished, 0));
        short.remembers_everything();
        let long = run(job(vec![from(what.clone(), 8_000, None)]));
        let lost = long.when(TaskManagerChange::HeartbeatTimedOut).expect("it is noticed");
        assert!((16_000..=18_000).contains(&lost), "{what:?} noticed at {lost} ms");
        assert_eq!(long.causes(), ["TimeoutException"]);
        assert_eq!(long.status(), JobStatus::Finished);
        long.remembers_everything();
        let back = run(job(vec![from(what, 8_000, Some(30_000))]));
        assert!(back.when(TaskManagerChange::Registered).is_some_and(|at| at >= 30_000));
        assert_eq!(back.status(), JobStatus::Finished);
    }
}

/// RS-13: in a young cluster the tasks wait in SCHEDULED for 5 min; in an old one the request is refused at once.
#[test]
fn without_slots_tasks_wait_or_are_refused() {
    let killed = from(Mishap::TaskManagerKilled(1), 8_000, None);
    let mut scarce = job(vec![killed]);
    scarce.cluster.slots_per_task_manager = 1;
    let waits = run(scarce.clone());
    assert_eq!(waits.status(), JobStatus::Failed);
    assert_eq!(waits.causes()[1], "NoResourceAvailableException");
    assert_eq!(waits.causes().len(), 4, "three restarts and the end");
    let missing = waits.trace.iter().find(|event| matches!(event.fact, Fact::SlotsMissing { needed: 2, free: 1 }));
    let missing = missing.expect("it waits").at.millis();
    let refused = waits.trace.iter().filter(|event| matches!(event.fact, Fact::TaskFailureHandled { .. })).nth(1);
    assert!(missing < 15_000 && refused.is_some_and(|event| event.at.millis() == 300_000));

    scarce.cluster.incidents[0].until_ms = Some(30_000);
    let comes = run(scarce.clone());
    assert_eq!((comes.status(), comes.engine.job().restarts), (JobStatus::Finished, 1));
    comes.remembers_everything();

    scarce.cluster.incidents[0].until_ms = None;
    scarce.cluster.replacement_ms = Some(20_000);
    let replaced = run(scarce);
    assert_eq!((replaced.status(), replaced.engine.job().restarts), (JobStatus::Finished, 1));
}

/// RS-4: a lost TaskManager is one failure for each region that it held a part of.
#[test]
fn a_loss_counts_once_for_each_region() {
    let mut scenario = job(vec![from(Mishap::TaskManagerKilled(1), 3_000, None)]);
    scenario.parallelism = 4;
    scenario.cluster.slots_per_task_manager = 4;
    scenario.operators[0].parallelism = None;
    if let OperatorKind::Source(source) = &mut scenario.operators[0].kind {
        source.partitions = 4;
    }
    scenario.edges[0].partitioner = Partitioner::Forward;
    if let OperatorKind::Function(function) = &mut scenario.operators[1].kind {
        *function = presets::slow_pass(5);
    }
    let run = run(scenario);
    assert_eq!(run.causes(), ["JobMasterException"; 2], "two of four regions lay there");
    assert_eq!(run.engine.job().restarts, 2);
    assert_eq!(run.status(), JobStatus::Finished);
}

/// JS-7: the restart waits for a task that ignores its cancel; after 180 s its TaskManager ends, and the job goes on.
#[test]
fn an_ignored_cancel_ends_the_task_manager() {
    let fails = FaultPoint {
        operator: "source".into(),
        subtask: None,
        at: FaultAt::Moment(8_000),
        times: Some(1),
        message: "planted".into(),
    };
    let mut scenario = job(vec![from(Mishap::CancelIgnored { operator: "remember".into() }, 0, Some(500_000))]);
    scenario.faults = vec![fails];
    scenario.cluster.slots_per_task_manager = 4;
    scenario.cluster.replacement_ms = Some(5_000);
    let run = run(scenario.clone());
    let ended = run.when(TaskManagerChange::ShutDown).expect("the process ends");
    assert!((188_000..188_500).contains(&ended), "{ended}");
    assert_eq!(run.count(|fact| matches!(fact, Fact::CancellationStuck { .. })), 2 * 6, "every 30 s, two tasks");
    assert_eq!(run.causes().len(), 1, "JS-5: tasks that are being cancelled do not fail anew");
    assert_eq!(run.status(), JobStatus::Finished);
    scenario.cluster.incidents[0].until_ms = Some(20_000);
    let reacts = self::run(scenario);
    assert_eq!(reacts.when(TaskManagerChange::ShutDown), None);
    assert_eq!(reacts.status(), JobStatus::Finished);
    reacts.remembers_everything();
}

/// JS-5, JS-12: a loss while the job restarts for another reason; and two TaskManagers that die one after the other.
#[test]
fn two_failures_at_once() {
    let mut scenario = job(vec![
        from(Mishap::TaskManagerKilled(1), 8_000, Some(13_000)),
        from(Mishap::TaskManagerKilled(0), 9_000, Some(14_000)),
    ]);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 20, delay_ms: 2_000 };
    let run = run(scenario);
    assert_eq!(run.status(), JobStatus::Finished, "{:?}", run.causes());
    run.remembers_everything();
}

/// A loss during the restore: the tasks fail in INITIALIZING, and the next restart restores the same checkpoint.
#[test]
fn a_loss_during_the_restore() {
    let mut scenario = job(vec![from(Mishap::TaskManagerKilled(1), 8_000, None)]);
    scenario.cluster.latencies.initialize_us = 3_000_000;
    scenario.cluster.slots_per_task_manager = 4;
    scenario.cluster.task_managers = 3;
    let first = run(scenario.clone());
    let restoring = |event: &&TraceEvent| matches!(event.fact, Fact::TaskStateChanged { to: ExecutionState::Initializing, attempt, .. } if attempt.0 == 1);
    let at = first.trace.iter().find(restoring).expect("it restores").at.millis();
    scenario.cluster.incidents.push(from(Mishap::TaskManagerKilled(0), at + 500, None));
    scenario.restart = RestartStrategy::FixedDelay { attempts: 20, delay_ms: 2_000 };
    let second = run(scenario);
    let restored: Vec<Option<CheckpointId>> = second
        .trace
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::RestoreAssigned { checkpoint, .. } => Some(*checkpoint),
            _ => None,
        })
        .collect();
    assert!(restored.len() > 2 && restored[1..].iter().all(|checkpoint| *checkpoint == restored[1]), "{restored:?}");
    assert_eq!(second.status(), JobStatus::Finished);
    second.remembers_everything();
}

/// CP-22: a notification that is lost is made up for by the next one.
#[test]
fn a_lost_notification_is_made_up_for() {
    let run = run(job(vec![from(Mishap::NotificationsLost, 0, Some(9_000))]));
    assert!(run.count(|fact| matches!(fact, Fact::NotificationLost { .. })) > 0);
    assert!(run.count(|fact| matches!(fact, Fact::CompletionNotified { .. })) > 0);
    assert_eq!(run.status(), JobStatus::Finished);
    run.remembers_everything();
}

/// HA-5: the new leader goes on with the newest checkpoint and the next id; all other counts begin anew.
#[test]
fn a_new_leader_takes_the_job_over() {
    let mut scenario = presets::job_manager_dies();
    scenario.faults = vec![FaultPoint {
        operator: "remember".into(),
        subtask: None,
        at: FaultAt::Moment(5_000),
        times: Some(1),
        message: "planted".into(),
    }];
    scenario.restart = RestartStrategy::FixedDelay { attempts: 2, delay_ms: 100 };
    scenario.cluster.slots_per_task_manager = 4;
    let run = run(scenario);
    let status =
        |wanted: JobStatus| run.count(|fact| matches!(fact, Fact::JobStatusChanged { to, .. } if *to == wanted));
    assert_eq!((status(JobStatus::Suspended), status(JobStatus::Initializing)), (1, 1));
    assert_eq!(run.status(), JobStatus::Finished);
    assert_eq!(run.engine.job().restarts, 0, "the strategy counts anew");
    assert_eq!(run.engine.coordinator().counts.restored, 1);
    let triggered: Vec<u64> = run
        .trace
        .iter()
        .filter_map(|event| match event.fact {
            Fact::CheckpointTriggered { checkpoint, .. } => Some(checkpoint.0),
            _ => None,
        })
        .collect();
    assert!(triggered.windows(2).all(|pair| pair[1] == pair[0] + 1), "ids go on: {triggered:?}");
    let first = run.engine.coordinator().history[0].id.0;
    assert!(first > 1, "the statistics begin anew, with chk-{first}");
    run.remembers_everything();
}

/// HA-5: without a moment for the new leader, one is elected when the old one's session has expired. Tasks run on until
/// then, and what they print is printed again.
#[test]
fn tasks_run_on_while_there_is_no_leader() {
    let mut scenario = presets::job_manager_dies();
    scenario.cluster.incidents[0].until_ms = None;
    scenario.cluster.timeouts = Timeouts::default();
    let run = run(scenario);
    let between = run.trace.iter().filter(|event| (8_100..22_900).contains(&event.at.millis()));
    let printed = between.filter(|event| matches!(event.fact, Fact::RowPrinted { .. })).count();
    assert!(printed > 100, "{printed}");
    assert_eq!(run.status(), JobStatus::Finished);
    run.remembers_everything();
}

/// HA-4: without high availability the job is not resumed; what lies in the checkpoint directory stays.
#[test]
fn without_high_availability_the_job_is_lost() {
    let mut scenario = presets::job_manager_dies();
    scenario.cluster.high_availability = false;
    if let OperatorKind::Source(source) = &mut scenario.operators[0].kind {
        source.bounded = false;
    }
    let run = run(scenario);
    assert!(!run.status().is_terminal());
    assert_eq!(run.count(|fact| matches!(fact, Fact::JobManagerChanged { change: JobManagerChange::StartedEmpty })), 1);
    let missed = run
        .trace
        .iter()
        .find(|event| matches!(event.fact, Fact::JobManagerChanged { change: JobManagerChange::Missed }));
    assert_eq!(missed.map(|event| event.at.millis()), Some(18_000), "after the heartbeat timeout");
    assert_eq!(run.engine.storage().checkpoints.len(), 1, "no cleanup ran");
    assert_eq!(run.engine.next_event_at(), None);
}
