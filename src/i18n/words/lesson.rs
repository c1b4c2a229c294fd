//! The frame of every lesson; the words of a lesson itself are in its own files.

use crate::i18n::particle::euro;

phrases! {
    lessons { ko: "레슨"; en: "Lessons" }
    lesson_number(number: usize, of: usize) { ko: "레슨 {number} / {of}"; en: "Lesson {number} of {of}" }
    lesson_verified(flink: &str, runs: u32) {
        ko: "실제 Flink {flink}에서 {runs}번 실행해 확인함";
        en: "Checked against {runs} runs of a real Flink {flink}"
    }
    lesson_steps { ko: "레슨의 단계"; en: "Steps of the lesson" }
    lesson_step(number: usize, of: usize) { ko: "{number}단계 / {of}"; en: "Step {number} of {of}" }
    lesson_begin { ko: "레슨 시작하기"; en: "Begin the lesson" }
    lesson_go_on { ko: "이어서 하기"; en: "Go on with it" }
    lesson_look_again { ko: "다시 보기"; en: "Look at it again" }
    lesson_start_over { ko: "처음부터 다시 하기"; en: "Start over" }
    lesson_close { ko: "레슨 닫기"; en: "Close the lesson" }
    lesson_next { ko: "다음"; en: "Next" }
    lesson_back { ko: "이전"; en: "Back" }
    lesson_not_loaded { ko: "레슨의 글을 불러오지 못했습니다."; en: "The words of the lesson could not be loaded." }

    lesson_play { ko: "재생"; en: "Play" }
    lesson_pause { ko: "멈추기"; en: "Pause" }
    lesson_skip { ko: "그 순간으로 이동"; en: "Go to that moment" }
    lesson_other_run { ko: "지금 보이는 실행은 이 단계의 실행이 아닙니다."; en: "The run in view is not the one that this step is about." }
    lesson_reset { ko: "레슨의 실행으로 돌아가기"; en: "Back to the lesson's run" }
    lesson_answer_first { ko: "질문에 모두 답하면 다음으로 갈 수 있습니다."; en: "Answer all questions to go on." }
    lesson_watch_first { ko: "그 순간까지 재생하면 다음으로 갈 수 있습니다."; en: "Play to that moment to go on." }
    lesson_solve_first { ko: "과제를 해결하면 다음으로 갈 수 있습니다."; en: "Solve the task to go on." }

    lesson_predictions { ko: "예측과 실제"; en: "Prediction and truth" }
    lesson_your_answer { ko: "나의 예측"; en: "Your prediction" }
    lesson_in_truth { ko: "실제"; en: "In truth" }
    lesson_as_predicted { ko: "예측이 맞았습니다"; en: "As predicted" }
    lesson_not_as_predicted { ko: "예측과 다릅니다"; en: "Not as predicted" }
    lesson_not_predicted { ko: "예측하지 않았습니다"; en: "Not predicted" }

    lesson_claimed { ko: "핸드아웃"; en: "Handout" }
    lesson_really { ko: "이 실행"; en: "This run" }
    lesson_mark_wrong { ko: "틀림"; en: "Wrong" }
    lesson_mark_misleading { ko: "오해하기 쉬움"; en: "Misleading" }
    lesson_no_such_line { ko: "이런 줄은 나오지 않습니다."; en: "No such line appears." }
    lesson_lost(lost: usize, all: usize) {
        ko: "{all}건 가운데 {lost}건이 한 번도 출력되지 않았습니다.";
        en: "{lost} of the {all} records were never printed."
    }
    lesson_repeats(rows: usize, times: u64) {
        ko: "{rows}건이 {times}번씩 출력되었습니다.";
        en: "{rows} records were printed {times} times each."
    }

    lesson_one_change { ko: "한 가지 바꾸기"; en: "One change" }
    lesson_no_change { ko: "아무것도 바꾸지 않기"; en: "No change" }
    lesson_own_change { ko: "설정에서 직접 바꿈"; en: "Changed in the settings" }
    lesson_play_to_end { ko: "끝까지 재생"; en: "Play to the end" }
    lesson_to_end { ko: "끝으로 이동"; en: "Go to the end" }
    lesson_hint(number: u8) { ko: "힌트 {number}"; en: "Hint {number}" }
    lesson_show_hint(number: u8, of: u8) { ko: "힌트 {number}/{of} 보기"; en: "Show hint {number} of {of}" }
    lesson_solution { ko: "해답"; en: "Solution" }
    lesson_show_solution { ko: "해답 보기"; en: "Show the solution" }
    lesson_solved { ko: "해결했습니다"; en: "Solved" }
    lesson_further { ko: "더 살펴보기"; en: "Going further" }

    verdict_untouched { ko: "아직 아무것도 바꾸지 않았습니다."; en: "Nothing has been changed yet." }
    verdict_other_data {
        ko: "데이터가 바뀌었습니다. 이 과제에서는 데이터를 그대로 두어야 합니다.";
        en: "The data was changed. In this task it has to stay as it is."
    }
    verdict_endless(restarts: u32) {
        ko: "끝나지 않습니다. 지금까지 {restarts}번 재시작했습니다.";
        en: "It does not end; it has restarted {restarts} times so far."
    }
    verdict_ended(status: &str, restarts: u32, rows: usize) {
        ko: "{restarts}번 재시작한 뒤 {} 끝났습니다. 출력된 레코드는 {rows}건입니다.", euro(status);
        en: "It ended as {status} after {restarts} restarts. {rows} records were printed."
    }
    verdict_too_many(count: usize, changes: &str) {
        ko: "FINISHED로 끝났지만 {count}가지를 바꿨습니다: {changes}. 한 가지만 바꿔 보세요.";
        en: "It ended as FINISHED, but {count} things were changed: {changes}. Change only one."
    }
    verdict_avoided(change: &str) {
        ko: "FINISHED로 끝났습니다. 바꾼 것: {change}. 다만 실패가 아예 일어나지 않아 복구할 것도 없었습니다. 실패하고도 끝까지 가는 방법도 찾아보세요.";
        en: "It ended as FINISHED. Changed: {change}. But nothing failed, so there was nothing to recover from. Find a way to fail and still get to the end, too."
    }
    verdict_recovered(change: &str, restarts: u32, duplicates: u64) {
        ko: "실패했지만 {restarts}번 재시작한 뒤 FINISHED로 끝났습니다. 바꾼 것: {change}. 다시 출력된 줄은 {duplicates}개입니다.";
        en: "It failed and still ended as FINISHED. Restarts: {restarts}. Changed: {change}. Lines printed again: {duplicates}."
    }

    change_data { ko: "데이터"; en: "the data" }
    change_flink { ko: "Flink 버전"; en: "the Flink version" }
    change_api { ko: "API 언어"; en: "the API's language" }
    change_python { ko: "Python 번들과 실행 방식"; en: "Python bundles or execution mode" }
    change_source { ko: "소스"; en: "the source" }
    change_function { ko: "함수"; en: "the function" }
    change_graph { ko: "잡 그래프"; en: "the job graph" }
    change_parallelism { ko: "병렬도와 체이닝"; en: "parallelism or chaining" }
    change_interval { ko: "체크포인트 간격"; en: "the checkpoint interval" }
    change_checkpointing { ko: "체크포인트 설정"; en: "checkpoint settings" }
    change_restart { ko: "재시작 전략"; en: "the restart strategy" }
    change_cluster { ko: "클러스터"; en: "the cluster" }
    change_faults { ko: "실패 지점"; en: "fault points" }
    change_commands { ko: "실행 중에 한 일"; en: "what was done to the running job" }
}
