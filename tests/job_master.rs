//! Job and task states, failover and restart, rule by rule, as a trace tells them (JS, RS-4).

use checkpoint_lab::base::{SimTime, SubtaskId};
use checkpoint_lab::scenario::{
    Action, CheckpointingMode, Commands, FailoverStrategy, FaultPhase, OperatorKind, Partitioner, Scenario, TimedAction,
};
use checkpoint_lab::trace::{ExecutionState, Fact, JobStatus};

mod jobs;

use jobs::{
    Outcome, always_failing, checkpoint_fault, edge, fixed_delay, job, on_record, rows, run, run_for, run_until, start,
    two_sources,
};

/// The job's states, in order.
fn job_states(outcome: &Outcome) -> Vec<JobStatus> {
    let states = outcome.facts().filter_map(|fact| match fact {
        Fact::JobStatusChanged { to, .. } => Some(*to),
        _ => None,
    });
    states.collect()
}

/// The states of one subtask's attempt, in order.
fn task_states(outcome: &Outcome, wanted: SubtaskId, number: u32) -> Vec<ExecutionState> {
    let states = outcome.facts().filter_map(|fact| match fact {
        Fact::TaskStateChanged { subtask, attempt, to, .. } if (*subtask, attempt.0) == (wanted, number) => Some(*to),
        _ => None,
    });
    states.collect()
}

/// How many tasks each restart concerns.
fn restarted_tasks(outcome: &Outcome) -> Vec<u32> {
    let tasks = outcome.facts().filter_map(|fact| match fact {
        Fact::RestartScheduled { tasks, .. } => Some(*tasks),
        _ => None,
    });
    tasks.collect()
}

/// Where a fact stands in the trace.
fn position(outcome: &Outcome, wanted: impl Fn(&Fact) -> bool) -> usize {
    outcome.facts().position(wanted).expect("it happened")
}

/// Two subtasks of source and op and print each, not chained, forward only.
fn two_pipelines(count: i64) -> Scenario {
    let mut scenario = job(count);
    (scenario.chaining, scenario.parallelism) = (false, 2);
    let OperatorKind::Source(source) = &mut scenario.operators[0].kind else { unreachable!("it is a source") };
    (source.partitions, source.every_ms) = (2, 100);
    scenario.restart = fixed_delay(5, 500);
    scenario
}

/// JS-1, JS-3, JS-14: the way of a job and a task without trouble.
#[test]
fn a_job_without_trouble_goes_through_its_states_once() {
    let outcome = run(job(3));
    assert_eq!(job_states(&outcome), [JobStatus::Created, JobStatus::Running, JobStatus::Finished]);
    use ExecutionState::{Deploying, Finished, Initializing, Running, Scheduled};
    assert_eq!(task_states(&outcome, SubtaskId(0), 0), [Scheduled, Deploying, Initializing, Running, Finished]);
}

/// JS-4: the job runs before any of its tasks is even scheduled.
#[test]
fn a_job_is_running_before_its_tasks_are() {
    let outcome = run(job(3));
    let job = position(&outcome, |fact| matches!(fact, Fact::JobStatusChanged { to: JobStatus::Running, .. }));
    let task = position(&outcome, |fact| matches!(fact, Fact::TaskStateChanged { .. }));
    assert!(job < task);
}

/// JS-2, JS-5: a task that fails while it is being cancelled is cancelled, and that is no new failure.
#[test]
fn a_failure_of_a_task_being_cancelled_is_none() {
    let mut scenario = job(20);
    scenario.chaining = false;
    scenario.operators[0].kind = jobs::source("rows", true, 50);
    scenario.restart = fixed_delay(1, 100);
    let mut engine = start(scenario);
    engine.run_until(SimTime::from_millis(600), u64::MAX);
    assert!(engine.fail_now(SubtaskId(1), "first") && engine.fail_now(SubtaskId(2), "second"));
    let outcome = Outcome::of(engine);
    assert_eq!(outcome.status(), JobStatus::Finished, "one restart is enough");
    let ends = [1, 2].map(|at| *task_states(&outcome, SubtaskId(at), 0).last().expect("it ended"));
    assert_eq!(ends, [ExecutionState::Failed, ExecutionState::Canceled]);
}

/// JS-6: failure, strategy, RESTARTING, scheduler off, pending checkpoints aborted, others cancelled; after delay and
/// cancellations RUNNING, new attempts, state assigned, scheduled. FAILING does not occur.
#[test]
fn a_recoverable_failure_goes_its_way_step_by_step() {
    let mut scenario = job(20);
    scenario.chaining = false;
    scenario.operators[0].kind = jobs::source("rows", true, 50);
    scenario.checkpointing.interval_ms = Some(200);
    scenario.restart = fixed_delay(3, 300);
    scenario.faults = vec![on_record(9, Some(1))];
    // The checkpoint under way when the task fails.
    scenario.faults.push(checkpoint_fault(FaultPhase::Async, None, None, Some(2_000)));
    let outcome = run(scenario);
    let states = job_states(&outcome);
    assert_eq!(states[1..4], [JobStatus::Running, JobStatus::Restarting, JobStatus::Running]);
    assert!(!states.contains(&JobStatus::Failing));
    let failed = position(&outcome, |fact| matches!(fact, Fact::TaskStateChanged { to: ExecutionState::Failed, .. }));
    let rest: Vec<&Fact> = outcome.facts().skip(failed).collect();
    let at = |wanted: &dyn Fn(&Fact) -> bool| rest.iter().position(|fact| wanted(fact)).expect("it follows");
    let steps = [
        at(&|fact| matches!(fact, Fact::TaskFailureHandled { .. })),
        at(&|fact| matches!(fact, Fact::RestartScheduled { .. })),
        at(&|fact| matches!(fact, Fact::JobStatusChanged { to: JobStatus::Restarting, .. })),
        at(&|fact| matches!(fact, Fact::SchedulerStopped)),
        at(&|fact| matches!(fact, Fact::CheckpointAborted { .. })),
        at(&|fact| matches!(fact, Fact::TaskStateChanged { to: ExecutionState::Canceling, .. })),
        at(&|fact| matches!(fact, Fact::TaskStateChanged { to: ExecutionState::Canceled, .. })),
        at(&|fact| matches!(fact, Fact::JobStatusChanged { to: JobStatus::Running, .. })),
        at(&|fact| matches!(fact, Fact::TaskStateChanged { to: ExecutionState::Created, .. })),
        at(&|fact| matches!(fact, Fact::RestoreAssigned { .. })),
        at(&|fact| matches!(fact, Fact::TaskStateChanged { to: ExecutionState::Scheduled, .. })),
    ];
    assert!(steps.is_sorted(), "{steps:?}");
}

/// JS-7: what takes longer decides, the delay or the slowest cancellation.
#[test]
fn downtime_is_the_longer_of_delay_and_cancellation() {
    let downtime = |delay_ms, cancel_ms: u64| {
        let mut scenario = job(20);
        scenario.chaining = false;
        scenario.operators[0].kind = jobs::source("rows", true, 50);
        scenario.restart = fixed_delay(3, delay_ms);
        scenario.cluster.latencies.cancel_us = cancel_ms * 1_000;
        scenario.faults = vec![on_record(9, Some(1))];
        let outcome = run(scenario);
        let times = outcome.trace.iter().filter_map(|event| match event.fact {
            Fact::JobStatusChanged { to: JobStatus::Restarting, .. } => Some(event.at),
            Fact::JobStatusChanged { from: JobStatus::Restarting, .. } => Some(event.at),
            _ => None,
        });
        let times: Vec<SimTime> = times.collect();
        times[1].since(times[0]).millis()
    };
    assert_eq!(downtime(400, 10), 400);
    assert!((300..310).contains(&downtime(0, 300)), "{}", downtime(0, 300));
}

/// JS-8: a refused restart goes through FAILING; cancelling meanwhile ends in CANCELED.
#[test]
fn a_refused_restart_cancels_everything_and_fails() {
    let refused = || {
        let mut scenario = always_failing(fixed_delay(0, 0), 10);
        scenario.chaining = false;
        scenario.cluster.latencies.cancel_us = 2_000_000;
        scenario
    };
    let outcome = run(refused());
    assert_eq!(job_states(&outcome)[2..], [JobStatus::Failing, JobStatus::Failed]);
    let at =
        outcome.trace.iter().find(|event| matches!(event.fact, Fact::RestartSuppressed { .. })).expect("it failed").at;
    let cancel = TimedAction { at: SimTime::from_millis(at.millis() + 500), action: Action::Cancel };
    let commands = Commands { at: vec![cancel], when: Vec::new(), script: Vec::new() };
    let outcome = run_until(refused(), commands, 0, SimTime::from_millis(60_000));
    assert_eq!(job_states(&outcome)[2..], [JobStatus::Failing, JobStatus::Cancelling, JobStatus::Canceled]);
}

/// JS-9: only the failed pipeline restarts; an exchange between all makes one region of the job, and so does `full`.
#[test]
fn only_what_hangs_together_restarts() {
    let failing = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = two_pipelines(8);
        scenario.faults = vec![on_record(4, Some(1))];
        change(&mut scenario);
        let outcome = run(scenario);
        assert_eq!(outcome.status(), JobStatus::Finished);
        restarted_tasks(&outcome)
    };
    assert_eq!(failing(&|_| {}), [3]);
    assert_eq!(failing(&|scenario| scenario.edges[0].partitioner = Partitioner::KeyBy { column: 0 }), [6]);
    assert_eq!(failing(&|scenario| scenario.cluster.failover_strategy = FailoverStrategy::Full), [6]);
}

/// JS-11: a checkpoint failure too many concerns all tasks, though they are two regions.
#[test]
fn a_global_failure_restarts_every_task() {
    let mut scenario = two_pipelines(40);
    scenario.checkpointing.interval_ms = Some(300);
    scenario.checkpointing.timeout_ms = 100;
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(1), Some(1), Some(1_000))];
    let outcome = run(scenario);
    assert_eq!(outcome.status(), JobStatus::Finished);
    assert_eq!((outcome.global_failures().len(), restarted_tasks(&outcome)), (1, vec![6]));
}

/// JS-12: the same tasks fail again while they wait: the later failure's delay decides, and the earlier timer does nothing.
#[test]
fn of_two_overlapping_failures_the_later_decides() {
    let mut scenario = job(40);
    scenario.chaining = false;
    scenario.operators[0].kind = jobs::source("rows", true, 50);
    scenario.checkpointing.interval_ms = Some(10_000_000);
    scenario.restart = fixed_delay(5, 1_000);
    // The first failure's cancellations are not over when a checkpoint of the job fails globally.
    let mut engine = start(scenario);
    engine.run_until(SimTime::from_millis(1_000), u64::MAX);
    assert!(engine.fail_now(SubtaskId(1), "first"));
    engine.run_until(SimTime::from_millis(1_400), u64::MAX);
    engine.fail_job_now("second");
    let outcome = Outcome::of(engine);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let running: Vec<u64> = outcome
        .trace
        .iter()
        .filter(|event| matches!(event.fact, Fact::JobStatusChanged { from: JobStatus::Restarting, .. }))
        .map(|event| event.at.millis())
        .collect();
    assert_eq!(running, [2_400], "once, and after the later delay");
}

/// JS-14: a subtask that has finished runs again when its region restarts.
#[test]
fn a_finished_subtask_runs_again_with_its_region() {
    let mut scenario = two_sources(CheckpointingMode::ExactlyOnce);
    scenario.checkpointing.interval_ms = None;
    scenario.restart = fixed_delay(2, 100);
    scenario.data[1] = rows("b", 4);
    scenario.faults = vec![jobs::fault("op", jobs::record_of("a", 300), Some(1))];
    let outcome = run_for(scenario, 60);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let first = task_states(&outcome, SubtaskId(1), 0);
    assert_eq!(first.last(), Some(&ExecutionState::Finished), "b was done before the failure");
    assert_eq!(task_states(&outcome, SubtaskId(1), 1).last(), Some(&ExecutionState::Finished));
}

/// RS-4: one failing task of a region is one failure, however many tasks restart with it.
#[test]
fn a_region_counts_one_failure() {
    let mut scenario = two_pipelines(8);
    scenario.edges = vec![edge("source", "op", Partitioner::Rebalance), edge("op", "print", Partitioner::Rebalance)];
    scenario.faults = vec![on_record(4, Some(1))];
    let outcome = run(scenario);
    assert_eq!((outcome.engine.job().restarts, restarted_tasks(&outcome)), (1, vec![6]));
}
